#include "gateway/framing.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

using enum hub::wire_format;

TEST(framing, a_websocket_gets_one_frame) {
  EXPECT_EQ(frame(websocket_json, "{}\n{}").view(), "\x81\x05{}\n{}");
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
