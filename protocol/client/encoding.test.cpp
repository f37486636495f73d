#include "protocol/client/encoding.hpp"

#include <gtest/gtest.h>

namespace troupe::protocol {
namespace {

using namespace std::string_view_literals;
using enum encoding;

TEST(encoding, json_messages_are_lines) {
  std::string out;
  EXPECT_TRUE(append_message(out, json, reply{1, publish_result{}}));
  EXPECT_TRUE(append_message(out, json, push{"c", leave_push{}}));
  EXPECT_TRUE(append_message(out, json, reply{}));
  EXPECT_EQ(out,
            "{\"id\":1,\"publish\":{}}\n"
            "{\"push\":{\"channel\":\"c\",\"leave\":{\"info\":{\"user\":\"\",\"client\":\"\"}}}}\n"
            "{}");
}

TEST(encoding, protobuf_messages_follow_their_lengths) {
  std::string out;
  EXPECT_TRUE(append_message(out, protobuf, reply{1, publish_result{}}));
  EXPECT_TRUE(append_message(out, protobuf, reply{}));
  EXPECT_EQ(out, "\x04\x08\x01\x42\x00\x00"sv);
}

TEST(encoding, bytes_that_are_no_json_can_be_said_in_protobuf_alone) {
  publication binary;
  binary.data = "\x00\xFF"sv;
  std::string out = "{}";
  EXPECT_EQ(append_message(out, json, "c", binary).error(), errc::not_json);
  EXPECT_EQ(append_message(out, json, push{"c", binary}).error(), errc::not_json);
  EXPECT_EQ(append_message(out, json, reply{1, rpc_result{binary.data}}).error(), errc::not_json);
  EXPECT_EQ(out, "{}");
  EXPECT_TRUE(append_message(out, protobuf, "c", binary));
  EXPECT_TRUE(out.contains(binary.data));
}

TEST(encoding, line_breaks_between_the_tokens_of_a_payload_do_not_end_its_message) {
  publication pretty;
  pretty.data = "{\n  \"n\": 1\r\n}";
  std::string out;
  EXPECT_TRUE(append_message(out, json, "c", pretty));
  EXPECT_EQ(out, R"({"push":{"channel":"c","pub":{"data":{  "n": 1}}}})");
}

TEST(encoding, each_frame_is_read_in_its_own_encoding) {
  EXPECT_EQ(decode_commands(json, "{}\n{\"id\":7,\"ping\":{}}").value(),
            (std::vector{command{}, command{7, ping_request{}}}));
  EXPECT_EQ(decode_commands(protobuf, "\x00\x04\x08\x07\x5A\x00"sv).value(),
            (std::vector{command{}, command{7, ping_request{}}}));
  EXPECT_FALSE(decode_commands(protobuf, "{}"));
}

}  // namespace
}  // namespace troupe::protocol
