#include "gateway/websocket_terms.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

using enum hub::wire_format;

http::request opening(std::string query = "", std::string_view subprotocols = "") {
  http::request request;
  request.method = "GET";
  request.path = "/connection/websocket";
  request.query = std::move(query);
  request.headers.add("Connection", "Upgrade");
  request.headers.add("Upgrade", "websocket");
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  if (!subprotocols.empty()) request.headers.add("Sec-WebSocket-Protocol", subprotocols);
  return request;
}

TEST(websocket_terms, a_client_that_asks_for_nothing_speaks_json) {
  const auto agreed = agree_on_websocket(opening());
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->terms.format, websocket_json);
  EXPECT_FALSE(agreed->terms.native_pings);
  EXPECT_FALSE(agreed->response.contains("Sec-WebSocket-Protocol"));
}

TEST(websocket_terms, the_subprotocol_decides_and_is_confirmed) {
  const auto protobuf = agree_on_websocket(opening("", "centrifuge-protobuf"));
  EXPECT_EQ(protobuf->terms.format, websocket_protobuf);
  EXPECT_TRUE(protobuf->response.contains("\r\nSec-WebSocket-Protocol: centrifuge-protobuf\r\n"));
  const auto json = agree_on_websocket(opening("", "centrifuge-json"));
  EXPECT_EQ(json->terms.format, websocket_json);
  EXPECT_TRUE(json->response.contains("\r\nSec-WebSocket-Protocol: centrifuge-json\r\n"));
}

TEST(websocket_terms, the_first_subprotocol_that_the_client_offers_is_taken) {
  EXPECT_EQ(
      agree_on_websocket(opening("", "other, centrifuge-json, centrifuge-protobuf"))->terms.format,
      websocket_json);
  EXPECT_EQ(agree_on_websocket(opening("", "centrifuge-protobuf, centrifuge-json"))->terms.format,
            websocket_protobuf);
}

TEST(websocket_terms, the_query_may_ask_for_protobuf) {
  EXPECT_EQ(agree_on_websocket(opening("format=protobuf"))->terms.format, websocket_protobuf);
  EXPECT_EQ(
      agree_on_websocket(opening("cf_protocol=protobuf&cf_protocol_version=v2"))->terms.format,
      websocket_protobuf);
  EXPECT_EQ(agree_on_websocket(opening("format=json"))->terms.format, websocket_json);
}

TEST(websocket_terms, a_subprotocol_that_contradicts_the_query_is_not_confirmed) {
  const auto agreed = agree_on_websocket(opening("format=protobuf", "centrifuge-json"));
  EXPECT_EQ(agreed->terms.format, websocket_protobuf);
  EXPECT_FALSE(agreed->response.contains("Sec-WebSocket-Protocol"));
}

TEST(websocket_terms, native_pings_are_asked_for_by_the_query) {
  EXPECT_TRUE(agree_on_websocket(opening("cf_ws_frame_ping_pong=true"))->terms.native_pings);
  EXPECT_FALSE(agree_on_websocket(opening("cf_ws_frame_ping_pong=false"))->terms.native_pings);
}

TEST(websocket_terms, messages_are_compressed_where_both_want_it) {
  const auto offering = [](std::string_view subprotocol) {
    http::request request = opening("", subprotocol);
    request.headers.add("Sec-WebSocket-Extensions", "permessage-deflate");
    return request;
  };
  const auto json = agree_on_websocket(offering(""), true);
  EXPECT_EQ(json->terms.format, websocket_json_deflate);
  EXPECT_TRUE(json->terms.deflate);
  EXPECT_EQ(agree_on_websocket(offering("centrifuge-protobuf"), true)->terms.format,
            websocket_protobuf_deflate);
  EXPECT_EQ(agree_on_websocket(offering(""), false)->terms.format, websocket_json);
  EXPECT_EQ(agree_on_websocket(opening(), true)->terms.format, websocket_json);
}

TEST(websocket_terms, what_is_no_opening_of_a_websocket_is_refused) {
  http::request request = opening();
  request.method = "POST";
  EXPECT_EQ(agree_on_websocket(request).error().status, 405U);
}

}  // namespace
}  // namespace troupe::gateway
