#include "tcp.hpp"

#include <array>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

// Sends back what it reads; stops when the peer has ended.
class echo final : public actor {
 public:
  explicit echo(io::pending_stream stream) : stream_(open(std::move(stream))) {
    stream_->notify_readable();
  }
  void on(io::readable) {
    std::array<std::byte, 4096> buffer;
    for (;;) {
      const auto count = stream_->read_some(buffer);
      if (!count) {
        if (count.error() == io::errc::would_block) break;
        stop();
        return;
      }
      out_.append(reinterpret_cast<const char*>(buffer.data()), *count);
    }
    stream_->notify_readable();
  }
  void on(io::writable) {}
  void turn_ended() {
    while (!out_.empty()) {
      const io::write_buffer part = std::as_bytes(std::span(out_));
      const auto count = stream_->write_some({&part, 1});
      if (!count) {
        if (count.error() == io::errc::would_block) stream_->notify_writable();
        return;
      }
      out_.erase(0, *count);
    }
  }

 private:
  std::unique_ptr<io::byte_stream> stream_;
  std::string out_;
};

struct port {
  using reply = std::uint16_t;
};
struct listen_twice {
  using reply = io::errc;
};

class server final : public actor {
 public:
  server() : acceptor_(listen({"127.0.0.1", 0}).value()) {}
  std::uint16_t on(port) { return acceptor_->address().port; }
  io::errc on(listen_twice) { return listen(acceptor_->address()).error().code; }
  void on(io::accepted m) { spawn<echo>(temporary{{.worker = next_++}}, std::move(m.stream)); }

 private:
  std::unique_ptr<io::acceptor> acceptor_;
  std::uint32_t next_ = 0;
};

int connect_to(std::uint16_t to) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

TEST(tcp, streams_echo_a_megabyte_on_every_worker) {
  system system({.workers = 2});
  auto listening = system.spawn<server>(spawn_options{.worker = 0});
  const auto number = system.ask(listening, port{}, 10s).value();
  for (int connection = 0; connection < 4; ++connection) {
    const int fd = connect_to(number);
    std::string sent;
    for (int i = 0; i < 100'000; ++i) sent += std::to_string(i);
    std::string received;
    std::size_t written = 0;
    std::array<char, 65536> buffer;
    while (received.size() < sent.size()) {
      const auto part = std::min<std::size_t>(60'000, sent.size() - written);
      if (part) {
        const auto count = ::send(fd, sent.data() + written, part, 0);
        ASSERT_GT(count, 0);
        written += static_cast<std::size_t>(count);
      }
      const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
      ASSERT_GT(count, 0);
      received.append(buffer.data(), static_cast<std::size_t>(count));
    }
    EXPECT_EQ(received, sent);
    ::close(fd);
  }
}

TEST(tcp, the_end_of_the_peer_is_seen) {
  system system({.workers = 1});
  auto listening = system.spawn<server>(spawn_options{.worker = 0});
  const int fd = connect_to(system.ask(listening, port{}, 10s).value());
  ASSERT_EQ(::send(fd, "x", 1, 0), 1);
  char back = 0;
  ASSERT_EQ(::recv(fd, &back, 1, 0), 1);
  ASSERT_EQ(::shutdown(fd, SHUT_WR), 0);
  EXPECT_EQ(::recv(fd, &back, 1, 0), 0) << "the echo has stopped and closed its stream";
  ::close(fd);
}

TEST(tcp, an_address_in_use_and_a_bad_one_are_told_apart) {
  system system({.workers = 1});
  auto listening = system.spawn<server>(spawn_options{.worker = 0});
  EXPECT_EQ(system.ask(listening, listen_twice{}, 10s).value(), io::errc::address_in_use);
  class bad final : public actor {
   public:
    io::errc on(listen_twice) { return listen({"no-address", 1}).error().code; }
    void on(io::accepted) {}
  };
  auto other = system.spawn<bad>(spawn_options{.worker = 0});
  EXPECT_EQ(system.ask(other, listen_twice{}, 10s).value(), io::errc::bad_address);
}

TEST(tcp, an_actor_that_is_not_pinned_cannot_own_a_socket) {
  system system({.workers = 1});
  auto loose = system.spawn<server>(spawn_options{.on_failure = {.restarts_max = 0}});
  EXPECT_TRUE(system.wait_stopped(loose, 10s));
}

// Reads one byte of each connection, then hands it to an echo on another worker.
class first_byte final : public actor {
 public:
  explicit first_byte(io::pending_stream stream) : stream_(open(std::move(stream))) {
    stream_->notify_readable();
    stream_->notify_writable();
  }
  void on(io::readable) {
    std::byte first{};
    const auto count = stream_->read_some({&first, 1});
    if (!count) return stream_->notify_readable();
    stream_->notify_readable();
    spawn<echo>(temporary{{.worker = 1}}, stream_->release());
    EXPECT_EQ(stream_->read_some({&first, 1}).error(), io::errc::connection_lost);
    stream_->notify_readable();
    stream_->notify_writable();
    stream_->close_write();
  }
  void on(io::writable) {}

 private:
  std::unique_ptr<io::byte_stream> stream_;
};

class handing_over final : public actor {
 public:
  handing_over() : acceptor_(listen({"127.0.0.1", 0}).value()) {}
  std::uint16_t on(port) { return acceptor_->address().port; }
  void on(io::accepted m) { spawn<first_byte>(temporary{{.worker = 0}}, std::move(m.stream)); }

 private:
  std::unique_ptr<io::acceptor> acceptor_;
};

TEST(tcp, a_released_stream_goes_on_with_an_owner_on_another_worker) {
  system system({.workers = 2});
  auto listening = system.spawn<handing_over>(spawn_options{.worker = 0});
  const auto number = system.ask(listening, port{}, 10s).value();
  for (int connection = 0; connection < 20; ++connection) {
    const int fd = connect_to(number);
    ASSERT_EQ(::send(fd, "1234", 4, 0), 4);
    std::string received;
    std::array<char, 16> buffer;
    while (received.size() < 3) {
      const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
      ASSERT_GT(count, 0);
      received.append(buffer.data(), static_cast<std::size_t>(count));
    }
    EXPECT_EQ(received, "234");
    ASSERT_EQ(::send(fd, "5", 1, 0), 1);
    ASSERT_EQ(::recv(fd, buffer.data(), 1, 0), 1);
    EXPECT_EQ(buffer[0], '5');
    ASSERT_EQ(::shutdown(fd, SHUT_WR), 0);
    EXPECT_EQ(::recv(fd, buffer.data(), 1, 0), 0);
    ::close(fd);
  }
}

TEST(tcp, shutdown_closes_the_connections) {
  int fd = -1;
  {
    system system({.workers = 2});
    auto listening = system.spawn<server>(spawn_options{.worker = 1});
    fd = connect_to(system.ask(listening, port{}, 10s).value());
    ASSERT_EQ(::send(fd, "x", 1, 0), 1);
    char back = 0;
    ASSERT_EQ(::recv(fd, &back, 1, 0), 1);
  }
  char back = 0;
  EXPECT_EQ(::recv(fd, &back, 1, 0), 0);
  ::close(fd);
}

}  // namespace
}  // namespace troupe
