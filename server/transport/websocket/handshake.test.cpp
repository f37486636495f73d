#include "transport/websocket/handshake.hpp"

#include <array>

#include <gtest/gtest.h>

namespace troupe::websocket {
namespace {

http::request upgrade_request() {
  http::request request;
  request.method = "GET";
  request.path = "/connection/websocket";
  request.headers.add("Host", "localhost");
  request.headers.add("Connection", "keep-alive, Upgrade");
  request.headers.add("Upgrade", "WebSocket");
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  return request;
}

// The same request with one header replaced, or taken away when the value is empty.
http::request with(std::string_view name, std::string_view value) {
  http::request request = upgrade_request();
  http::header_list headers;
  for (const auto& h : request.headers) {
    if (h.name != name) headers.add(h.name, h.value);
  }
  if (!value.empty()) headers.add(name, value);
  request.headers = headers;
  return request;
}

unsigned refusal(const http::request& request) {
  auto accepted = accept(request);
  return accepted ? 101 : accepted.error().status;
}

TEST(handshake, answers_the_key_of_the_standard) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(handshake, accepts_an_upgrade) {
  auto accepted = accept(upgrade_request());
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->subprotocol, "");
  EXPECT_EQ(accepted->response,
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n");
}

TEST(handshake, chooses_the_first_offered_subprotocol_it_supports) {
  constexpr std::array<std::string_view, 2> supported{"centrifuge-json", "centrifuge-protobuf"};
  auto request = with("Sec-WebSocket-Protocol", "other, centrifuge-protobuf");
  request.headers.add("Sec-WebSocket-Protocol", "centrifuge-json");
  auto accepted = accept(request, supported);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->subprotocol, "centrifuge-protobuf");
  EXPECT_NE(accepted->response.find("\r\nSec-WebSocket-Protocol: centrifuge-protobuf\r\n"),
            std::string::npos);
}

TEST(handshake, accepts_without_a_subprotocol_when_it_supports_none_of_those_offered) {
  auto accepted = accept(with("Sec-WebSocket-Protocol", "other"));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->response.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(handshake, agrees_on_compression_only_where_both_want_it) {
  const auto offer = with("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
  const auto agreed = accept(offer, {}, true);
  ASSERT_TRUE(agreed);
  EXPECT_TRUE(agreed->deflate);
  EXPECT_TRUE(agreed->response.contains(
      "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
      "client_no_context_takeover\r\n"));
  for (const auto& without : {accept(offer, {}, false), accept(upgrade_request(), {}, true)}) {
    ASSERT_TRUE(without);
    EXPECT_FALSE(without->deflate);
    EXPECT_FALSE(without->response.contains("Sec-WebSocket-Extensions"));
  }
}

TEST(handshake, refuses_another_method_naming_the_right_one) {
  auto request = upgrade_request();
  request.method = "POST";
  auto accepted = accept(request);
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().status, 405U);
  EXPECT_EQ(accepted.error().headers.find("Allow"), "GET");
}

TEST(handshake, asks_for_an_upgrade_where_there_is_none) {
  EXPECT_EQ(refusal(with("Upgrade", "")), 426U);
  EXPECT_EQ(refusal(with("Upgrade", "h2c")), 426U);
  EXPECT_EQ(refusal(with("Connection", "keep-alive")), 426U);
  auto old = upgrade_request();
  old.version = http::version::http_1_0;
  EXPECT_EQ(refusal(old), 426U);
}

TEST(handshake, names_the_version_it_speaks_when_asked_for_another) {
  auto accepted = accept(with("Sec-WebSocket-Version", "8"));
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().status, 426U);
  EXPECT_EQ(accepted.error().headers.find("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(refusal(with("Sec-WebSocket-Version", "")), 426U);
}

TEST(handshake, refuses_a_key_that_is_not_16_bytes) {
  for (std::string_view key : {"", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZSBub25jZSE=",
                               "dGhlIHNhbXBs*SBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ====="}) {
    EXPECT_EQ(refusal(with("Sec-WebSocket-Key", key)), 400U) << key;
  }
  auto twice = upgrade_request();
  twice.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(refusal(twice), 400U);
}

TEST(handshake, refuses_a_body) {
  auto request = upgrade_request();
  request.body = "x";
  EXPECT_EQ(refusal(request), 400U);
}

}  // namespace
}  // namespace troupe::websocket
