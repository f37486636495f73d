#include "gateway/framing.hpp"

#include <gtest/gtest.h>

#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::gateway {
namespace {

using enum hub::wire_format;

TEST(framing, a_websocket_gets_one_frame) {
  EXPECT_EQ(frame(websocket_json, "{}\n{}").view(), "\x81\x05{}\n{}");
}

TEST(framing, compression_is_used_where_it_helps) {
  const std::string large = "{\"text\":\"" + std::string(1000, 'x') + "\"}";
  const auto smaller = frame(websocket_json_deflate, large);
  EXPECT_LT(smaller.size(), 100U);
  EXPECT_EQ(smaller.view()[0], '\xC1');
  EXPECT_EQ(websocket::inflate_message(smaller.view().substr(2), large.size()), large);
  EXPECT_EQ(frame(websocket_protobuf_deflate, large).view()[0], '\xC2');
  EXPECT_EQ(frame(websocket_json_deflate, "{}"), frame(websocket_json, "{}"));
}

TEST(framing, protobuf_is_binary) {
  EXPECT_EQ(frame(websocket_protobuf, std::string_view("\0", 1)).view(),
            std::string_view("\x82\x01\0", 3));
  EXPECT_EQ(frame(http_stream_protobuf, std::string_view("\0", 1)).view(),
            std::string_view("1\r\n\0\r\n", 6));
}

TEST(framing, an_http_stream_gets_a_chunk_of_lines) {
  EXPECT_EQ(frame(http_stream_json, "{}\n{}").view(), "6\r\n{}\n{}\n\r\n");
}

TEST(framing, an_event_stream_gets_a_chunk_of_events) {
  EXPECT_EQ(frame(sse_json, "{}\n{}").view(), "14\r\ndata: {}\n\ndata: {}\n\n\r\n");
}

}  // namespace
}  // namespace troupe::gateway
