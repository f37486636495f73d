#include "transport/tls/session.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "transport/tls/test_client.hpp"
#include "transport/tls/test_identity.hpp"

namespace troupe::tls {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

const identity& one_identity() {
  static const identity made = [] {
    const pem_pair pem = make_certificate("one.example");
    return *identity::from_pem(pem.certificate, pem.private_key);
  }();
  return made;
}

class tls_session : public testing::Test {
 protected:
  std::string take_output() {
    const auto out = server.output();
    std::string text(reinterpret_cast<const char*>(out.data()), out.size());
    server.sent(out.size());
    return text;
  }
  /// Passes on what both say, in pieces of at most `piece_bytes`, until neither has anything.
  void talk(test_client& client, std::size_t piece_bytes = 16384) {
    std::string to_server = client.take("");
    while (!to_server.empty()) {
      while (!to_server.empty() && !server.failed()) {
        const std::size_t count = std::min(piece_bytes, to_server.size());
        server.feed(bytes_of(to_server.substr(0, count)));
        to_server.erase(0, count);
        (void)server.shake_hands();
      }
      to_server = client.take(take_output());
    }
  }
  std::string read_all() {
    std::string text;
    std::array<std::byte, 1000> buffer;
    while (const auto count = server.read(buffer)) {
      text.append(reinterpret_cast<const char*>(buffer.data()), *count);
    }
    return text;
  }

  session server{one_identity()};
};

TEST_F(tls_session, shakes_hands_with_versions_1_2_and_1_3_byte_by_byte_too) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::size_t piece_bytes : {16384UL, 1UL}) {
      server = session(one_identity());
      test_client client({.version_min = version, .version_max = version});
      talk(client, piece_bytes);
      EXPECT_TRUE(server.established());
      EXPECT_TRUE(client.established());
      EXPECT_EQ(client.peer_name(), "one.example");
    }
  }
}

TEST_F(tls_session, refuses_older_versions) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    server = session(one_identity());
    test_client client({.version_min = version, .version_max = version});
    talk(client);
    EXPECT_TRUE(server.failed());
    EXPECT_TRUE(client.failed());  // by an alert
  }
}

TEST_F(tls_session, speaks_http_1_1_and_nothing_else_where_the_client_asks) {
  test_client both({.alpn = "\x02h2\x08http/1.1"});
  talk(both);
  EXPECT_EQ(both.protocol(), "http/1.1");
  server = session(one_identity());
  test_client none;
  talk(none);
  EXPECT_TRUE(server.established());
  server = session(one_identity());
  test_client other({.alpn = "\x02h2"});
  talk(other);
  EXPECT_TRUE(server.failed());
  EXPECT_TRUE(other.failed());
}

TEST_F(tls_session, carries_text_both_ways_and_the_end) {
  test_client client;
  talk(client);
  server.feed(bytes_of(client.say("from the client")));
  EXPECT_EQ(read_all(), "from the client");
  EXPECT_FALSE(server.holds_input());
  ASSERT_TRUE(server.write(bytes_of("from the server")));
  server.end();
  client.take(take_output());
  EXPECT_EQ(client.heard(), "from the server");
  EXPECT_TRUE(client.ended());
  server.feed(bytes_of(client.end()));
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(server.read(buffer).error(), errc::ended);
  EXPECT_TRUE(server.over());
}

TEST_F(tls_session, says_when_it_holds_text_that_was_not_read) {
  test_client client;
  talk(client);
  const std::string record = client.say(std::string(300, 'x')) + client.say("y");
  server.feed(bytes_of(record.substr(0, 200)));
  std::array<std::byte, 200> buffer;
  EXPECT_EQ(server.read(buffer).error(), errc::wants_input);
  EXPECT_FALSE(server.holds_input());  // half a record gives nothing
  server.feed(bytes_of(record.substr(200)));
  EXPECT_EQ(server.read(buffer).value(), 200U);
  EXPECT_TRUE(server.holds_input());
  EXPECT_EQ(server.read(buffer).value(), 100U);
  EXPECT_TRUE(server.holds_input());  // the second record
  EXPECT_EQ(server.read(buffer).value(), 1U);
  EXPECT_FALSE(server.holds_input());
}

TEST_F(tls_session, fails_for_good_on_garbage) {
  std::array<std::byte, 10> buffer;
  server.feed(bytes_of("\x16\x03\x01\xff\xff" + std::string(100, '\x7f')));
  EXPECT_EQ(server.read(buffer).error(), errc::failed);
  test_client client;
  server.feed(bytes_of(client.take("")));
  EXPECT_EQ(server.read(buffer).error(), errc::failed);
  EXPECT_EQ(server.write(bytes_of("x")).error(), errc::failed);
}

TEST_F(tls_session, a_record_that_was_changed_on_its_way_ends_it) {
  test_client client;
  talk(client);
  std::string record = client.say("pay ada 10");
  record.back() = static_cast<char>(record.back() ^ 1);
  server.feed(bytes_of(record));
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(server.read(buffer).error(), errc::failed);
}

TEST_F(tls_session, tells_who_speaks_plain_http_in_plain_http) {
  std::array<std::byte, 10> buffer;
  server.feed(bytes_of("GET / HTTP/1.1\r\nHost: one.example\r\n\r\n"));
  EXPECT_EQ(server.read(buffer).error(), errc::failed);
  const std::string answer = take_output();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
  const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_NE(answer.find("Content-Length: " + std::to_string(body.size()) + "\r\n"),
            std::string::npos);
}

TEST_F(tls_session, writes_at_most_one_record_at_once) {
  test_client client;
  talk(client);
  const std::string text(session::record_bytes_max + 1, 'x');
  EXPECT_EQ(server.write(bytes_of(text)).value(), session::record_bytes_max);
  client.take(take_output());
  EXPECT_EQ(client.heard().size(), session::record_bytes_max);
}

}  // namespace
}  // namespace troupe::tls
