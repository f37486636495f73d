// echo: sockets. An acceptor and a stream belong to one actor each, pinned to a worker, and speak
// to it by messages. Reading stops while there is something to write, so a peer that does not read
// is not read from either. The client in main() is plain blocking code.
#include <array>
#include <iostream>
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <troupe/troupe.hpp>

namespace io = troupe::io;
using namespace std::chrono_literals;

class session final : public troupe::actor {
 public:
  explicit session(io::pending_stream accepted) : stream_(open(std::move(accepted))) {
    stream_->notify_readable();
  }

  void on(io::readable) {
    std::array<std::byte, 4096> buffer;
    const auto count = stream_->read_some(buffer);
    if (!count && count.error() != io::errc::would_block) return stop();  // closes the stream
    if (count) unsent_.assign(buffer.begin(), buffer.begin() + static_cast<long>(*count));
    on(io::writable{});
  }
  void on(io::writable) {
    while (!unsent_.empty()) {
      const io::write_buffer part(unsent_);
      const auto count = stream_->write_some({&part, 1});
      if (!count && count.error() != io::errc::would_block) return stop();
      if (!count) return stream_->notify_writable();
      unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<long>(*count));
    }
    stream_->notify_readable();
  }

 private:
  std::unique_ptr<io::byte_stream> stream_;
  std::vector<std::byte> unsent_;
};

struct port {
  using reply = std::uint16_t;
};

class listener final : public troupe::actor {
 public:
  listener() : acceptor_(listen({"127.0.0.1", 0}).value()) {}
  std::uint16_t on(port) { return acceptor_->address().port; }
  void on(io::accepted m) { spawn<session>(troupe::temporary{{.worker = 0}}, std::move(m.stream)); }

 private:
  std::unique_ptr<io::acceptor> acceptor_;
};

int main() {
  troupe::system system;
  const auto server = system.spawn<listener>(troupe::spawn_options{.worker = 0});

  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{.sin_family = AF_INET,
                      .sin_port = htons(system.ask(server, port{}, 10s).value()),
                      .sin_addr = {htonl(INADDR_LOOPBACK)},
                      .sin_zero = {}};
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
  const std::string sent = "hello, echo";
  if (::send(client, sent.data(), sent.size(), 0) != static_cast<ssize_t>(sent.size())) return 1;
  std::string back(sent.size(), '\0');
  if (::recv(client, back.data(), back.size(), MSG_WAITALL) < 0) return 1;
  ::close(client);
  std::cout << back << '\n';
}
