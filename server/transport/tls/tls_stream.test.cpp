#include "transport/tls/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "transport/tls/session.hpp"
#include "transport/tls/test_client.hpp"
#include "transport/tls/test_identity.hpp"

namespace troupe::tls {
namespace {

using namespace std::chrono_literals;

struct seen {
  std::string heard;
  std::uint64_t readable = 0;  // notices
  std::size_t unsent_bytes = 0;
  bool ended = false;
  bool lost = false;
};
struct look {
  using reply = seen;
};
struct say {
  std::string text;
};
struct hang_up {};
struct hand_over {};

/// Owns the server's side: keeps what it reads, writes what it is told in pieces of 100 bytes.
class server_side final : public actor {
 public:
  server_side(io::pending_stream stream, std::size_t read_bytes, ref<server_side>* heir)
      : stream_(open(std::move(stream))), buffer_(read_bytes), heir_(heir) {
    stream_->notify_readable();
  }
  void on(io::readable message) {
    EXPECT_EQ(message.stream, stream_.get());
    ++seen_.readable;
    const auto count = stream_->read_some(buffer_);
    if (count) {
      seen_.heard.append(reinterpret_cast<const char*>(buffer_.data()), *count);
    } else if (count.error() != io::errc::would_block) {
      (count.error() == io::errc::end_of_stream ? seen_.ended : seen_.lost) = true;
      return stream_->close_write();
    }
    stream_->notify_readable();
  }
  void on(io::writable) { write(); }
  void on(say message) {
    out_ += message.text;
    write();
  }
  void on(hang_up) { stream_->close_write(); }
  void on(hand_over) {
    *heir_ = spawn<server_side>(temporary{}, stream_->release(), buffer_.size(), heir_);
    EXPECT_EQ(stream_->read_some(buffer_).error(), io::errc::connection_lost);
    const io::write_buffer part = std::as_bytes(std::span("x"));
    EXPECT_EQ(stream_->write_some({&part, 1}).error(), io::errc::connection_lost);
    stream_->notify_readable();
    stream_->notify_writable();
    stream_->close_write();
  }
  seen on(look) { return seen_; }

 private:
  void write() {
    while (!out_.empty()) {
      std::array<io::write_buffer, io::byte_stream::gather_max> parts;
      std::size_t count = 0;
      for (std::size_t at = 0; at < out_.size() && count < parts.size(); at += 100) {
        parts[count++] =
            std::as_bytes(std::span(out_)).subspan(at, std::min(100UL, out_.size() - at));
      }
      const auto wrote = stream_->write_some(std::span(parts).first(count));
      if (!wrote) {
        if (wrote.error() == io::errc::would_block) stream_->notify_writable();
        return;
      }
      out_.erase(0, *wrote);
    }
  }

  std::unique_ptr<io::byte_stream> stream_;
  std::vector<std::byte> buffer_;
  ref<server_side>* heir_;
  std::string out_;
  seen seen_;
};

struct pause_reading {};
struct resume_reading {};
struct send_raw {
  std::string bytes;
};

/// A client over the stream below TLS.
class client_side final : public actor {
 public:
  client_side(io::pending_stream stream, test_client* tls)
      : stream_(open(std::move(stream))), tls_(tls) {
    if (tls_) out_ = tls_->take("");
    write();
    stream_->notify_readable();
  }
  void on(io::readable) {
    if (paused_) return;
    std::array<std::byte, 4096> buffer;
    const auto count = stream_->read_some(buffer);
    if (count) {
      const std::string_view got(reinterpret_cast<const char*>(buffer.data()), *count);
      if (tls_) {
        out_ += tls_->take(got);
        seen_.heard = tls_->heard();
      } else {
        seen_.heard += got;
      }
      write();
    } else if (count.error() == io::errc::end_of_stream) {
      seen_.ended = true;
      return;
    }
    stream_->notify_readable();
  }
  void on(io::writable) { write(); }
  void on(say message) {
    out_ += tls_->say(message.text);
    write();
  }
  void on(send_raw message) {
    out_ += message.bytes;
    write();
  }
  void on(pause_reading) { paused_ = true; }
  void on(resume_reading) {
    paused_ = false;
    stream_->notify_readable();
  }
  void on(hang_up) {
    out_ += tls_->end();
    write();
  }
  seen on(look) {
    seen_.unsent_bytes = out_.size();
    return seen_;
  }

 private:
  void write() {
    const io::write_buffer part = std::as_bytes(std::span(out_));
    if (part.empty()) return;
    if (const auto wrote = stream_->write_some({&part, 1})) out_.erase(0, *wrote);
    if (!out_.empty()) stream_->notify_writable();
  }

  std::unique_ptr<io::byte_stream> stream_;
  test_client* tls_;
  std::string out_;
  bool paused_ = false;
  seen seen_;
};

std::string numbers(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ' ';
  return text;
}

class tls_pair : public testing::Test {
 protected:
  explicit tls_pair(std::uint64_t seed = 1) : world(seed) {}

  void begin(std::size_t read_bytes = 64 * 1024, bool plain_client = false) {
    const pem_pair pem = make_certificate("one.example");
    const auto made = identity::from_pem(pem.certificate, pem.private_key);
    auto [left, right] = world.make_stream_pair();
    server = world.system().spawn<server_side>(temporary{}, serve(std::move(left), *made),
                                               read_bytes, &heir);
    client = world.system().spawn<client_side>(temporary{}, std::move(right),
                                               plain_client ? nullptr : &tls);
    world.settle();
  }
  template <class Actor>
  seen of(const ref<Actor>& whom) {
    return world.system().ask(whom, look{}, 1s).value();
  }

  test_client tls;
  ref<server_side> heir;
  sim::simulation world;
  ref<server_side> server;
  ref<client_side> client;
};

class tls_stream : public tls_pair, public testing::WithParamInterface<std::uint64_t> {
 protected:
  tls_stream() : tls_pair(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(seeds, tls_stream, testing::Range<std::uint64_t>(1, 11));

TEST_P(tls_stream, the_owner_hears_nothing_of_the_handshake) {
  begin();
  EXPECT_TRUE(tls.established());
  EXPECT_EQ(of(server).readable, 0U);
  client.tell(say{"hello"});
  world.settle();
  EXPECT_EQ(of(server).heard, "hello");
}

TEST_P(tls_stream, much_text_passes_both_ways_in_order) {
  begin();
  const std::string text = numbers(300'000);
  client.tell(say{text});
  server.tell(say{text});
  world.settle();
  EXPECT_EQ(of(server).heard, text);
  EXPECT_EQ(of(client).heard, text);
}

TEST_P(tls_stream, an_owner_that_reads_little_at_a_time_is_told_of_what_is_left) {
  begin(100);
  const std::string text = numbers(20'000);
  client.tell(say{text});
  world.settle();
  EXPECT_EQ(of(server).heard, text);
}

TEST_P(tls_stream, what_is_written_before_the_handshake_waits_for_it) {
  const pem_pair pem = make_certificate("one.example");
  const auto made = identity::from_pem(pem.certificate, pem.private_key);
  auto [left, right] = world.make_stream_pair();
  server =
      world.system().spawn<server_side>(temporary{}, serve(std::move(left), *made), 1000UL, &heir);
  server.tell(say{"welcome"});
  world.settle();
  client = world.system().spawn<client_side>(temporary{}, std::move(right), &tls);
  world.settle();
  EXPECT_EQ(of(client).heard, "welcome");
}

TEST_P(tls_stream, a_client_that_does_not_read_is_not_written_to_without_bound) {
  begin();
  client.tell(pause_reading{});
  world.settle();
  const std::string text = numbers(2'000'000);
  server.tell(say{text});
  world.settle();
  client.tell(resume_reading{});
  world.settle();
  EXPECT_EQ(of(client).heard, text);
}

TEST_F(tls_pair, answers_to_key_updates_do_not_pile_up) {
  begin();
  client.tell(pause_reading{});
  std::string updates;
  for (int i = 0; i < 10'000; ++i) updates += tls.update_keys();
  client.tell(send_raw{std::move(updates)});
  world.settle();
  EXPECT_GT(of(client).unsent_bytes, 10'000U);  // nothing is read while answers wait
  client.tell(resume_reading{});
  world.settle();
  EXPECT_EQ(of(client).unsent_bytes, 0U);
  client.tell(say{"well"});
  world.settle();
  EXPECT_EQ(of(server).heard, "well");
}

TEST_P(tls_stream, the_end_comes_behind_what_was_written) {
  begin();
  const std::string text = numbers(200'000);
  server.tell(say{text});
  server.tell(hang_up{});
  world.settle();
  EXPECT_EQ(of(client).heard.substr(0, 60'000), text.substr(0, 60'000));
  EXPECT_TRUE(tls.ended());
  EXPECT_TRUE(of(client).ended);
}

TEST_P(tls_stream, the_end_of_the_client_is_told_to_the_owner) {
  begin();
  client.tell(say{"bye"});
  client.tell(hang_up{});
  world.settle();
  EXPECT_EQ(of(server).heard, "bye");
  EXPECT_TRUE(of(server).ended);
}

TEST_P(tls_stream, a_next_owner_goes_on_where_the_first_stood) {
  begin(10);
  client.tell(say{"for the first, "});
  world.settle();
  server.tell(say{numbers(50'000)});
  server.tell(hand_over{});
  client.tell(say{"and for the second"});
  world.settle();
  ASSERT_TRUE(heir);
  heir.tell(say{"from the second"});
  world.settle();
  EXPECT_EQ(of(server).heard + of(heir).heard, "for the first, and for the second");
  EXPECT_TRUE(of(client).heard.ends_with("from the second"));
}

TEST_P(tls_stream, garbage_is_a_lost_connection) {
  begin(1000, true);
  client.tell(send_raw{"\x16\x03\x01\x02" + std::string(1000, '\x7f')});
  world.settle();
  EXPECT_TRUE(of(server).lost);
  EXPECT_TRUE(of(client).ended);
}

TEST_P(tls_stream, plain_http_is_told_so_and_ended) {
  begin(1000, true);
  client.tell(send_raw{"GET / HTTP/1.1\r\nHost: one.example\r\n\r\n"});
  world.settle();
  EXPECT_TRUE(of(server).lost);
  EXPECT_TRUE(of(client).heard.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(of(client).ended);
}

TEST_P(tls_stream, a_client_that_goes_in_the_middle_of_the_handshake_is_told_to_the_owner) {
  begin(1000, true);
  test_client other;
  client.tell(send_raw{other.take("").substr(0, 50)});
  world.settle();
  EXPECT_EQ(of(server).readable, 0U);
  client.stop();
  world.settle();
  EXPECT_TRUE(of(server).ended);
}

}  // namespace
}  // namespace troupe::tls
