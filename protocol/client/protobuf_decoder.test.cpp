// What clients send, byte by byte: the numbers of fields are what they were generated from.
#include "protocol/client/protobuf_decoder.hpp"

#include <gtest/gtest.h>

#include "protocol/client/protobuf_fields.hpp"
#include "protocol/json_text.hpp"

namespace troupe::protocol {
namespace {

using namespace protobuf_fields;

/// The command with this id and this body alone.
std::string frame_of(unsigned field, const std::string& body) {
  return delimited({number(1, 2), bytes(field, body)});
}

command one(std::string_view frame) {
  auto commands = decode_protobuf(frame);
  EXPECT_TRUE(commands) << describe(commands.error());
  if (!commands) return {};
  EXPECT_EQ(commands->size(), 1U);
  return commands->front();
}

errc refusal(std::string_view frame) {
  auto decoded = decode_protobuf(frame);
  EXPECT_FALSE(decoded);
  return decoded ? errc::bad_base64 : decoded.error();
}

TEST(client_protobuf_decoder, reads_a_connect) {
  const std::string sub = joined({number(3, 1), bytes(6, "e"), number(7, 7)});
  const std::string body =
      joined({bytes(1, "t"), bytes(2, "\xFF"), bytes(3, joined({bytes(1, "news"), bytes(2, sub)})),
              bytes(4, "dart"), bytes(5, "5"), bytes(6, joined({bytes(1, "A"), bytes(2, "b")})),
              number(7, 3)});
  connect_request expected{.token = "t",
                           .data = "\xFF",
                           .subs = {},
                           .name = "dart",
                           .version = "5",
                           .headers = {{"A", "b"}},
                           .flag = 3};
  expected.subs["news"].recover = true;
  expected.subs["news"].epoch = "e";
  expected.subs["news"].offset = 7;
  EXPECT_EQ(one(frame_of(4, body)), (command{2, expected}));
}

TEST(client_protobuf_decoder, reads_a_subscribe) {
  const std::string leaf =
      joined({bytes(2, "k"), bytes(3, "in"), bytes(4, "v"), bytes(5, "a"), bytes(5, "b")});
  const std::string filter = joined({bytes(1, "and"), bytes(6, leaf), bytes(6, bytes(1, "not"))});
  const std::string body =
      joined({bytes(1, "c"), bytes(2, "t"), number(3, 1), bytes(6, "e"),
              number(7, 18446744073709551615U), bytes(8, "d"), number(9, 1), number(10, 1),
              number(11, 1), bytes(12, "fossil"), bytes(13, filter), number(14, 3), number(15, 1)});
  subscribe_request expected;
  expected.channel = "c";
  expected.token = "t";
  expected.recover = true;
  expected.epoch = "e";
  expected.offset = 18446744073709551615U;
  expected.data = "d";
  expected.positioned = true;
  expected.recoverable = true;
  expected.join_leave = true;
  expected.delta = "fossil";
  expected.tf = filter_node{.op = "and", .key = "", .cmp = "", .val = "", .vals = {}, .nodes = {}};
  expected.tf->nodes.push_back(
      {.op = "", .key = "k", .cmp = "in", .val = "v", .vals = {"a", "b"}, .nodes = {}});
  expected.tf->nodes.emplace_back().op = "not";
  expected.flag = 3;
  expected.type = 1;
  EXPECT_EQ(one(frame_of(5, body)), (command{2, expected}));
}

TEST(client_protobuf_decoder, reads_the_other_commands) {
  EXPECT_EQ(one(frame_of(6, bytes(1, "c"))), (command{2, unsubscribe_request{"c"}}));
  EXPECT_EQ(one(frame_of(7, joined({bytes(1, "c"), bytes(2, "d")}))),
            (command{2, publish_request{"c", "d"}}));
  EXPECT_EQ(one(frame_of(8, bytes(1, "c"))), (command{2, presence_request{"c"}}));
  EXPECT_EQ(one(frame_of(9, bytes(1, "c"))), (command{2, presence_stats_request{"c"}}));
  EXPECT_EQ(one(frame_of(11, "")), (command{2, ping_request{}}));
  EXPECT_EQ(one(frame_of(12, bytes(1, "d"))), (command{2, send_request{"d"}}));
  EXPECT_EQ(one(frame_of(13, joined({bytes(1, "d"), bytes(2, "m")}))),
            (command{2, rpc_request{"d", "m"}}));
  EXPECT_EQ(one(frame_of(14, bytes(1, "t"))), (command{2, refresh_request{"t"}}));
  EXPECT_EQ(one(frame_of(15, joined({bytes(1, "c"), bytes(2, "t")}))),
            (command{2, sub_refresh_request{"c", "t"}}));
}

TEST(client_protobuf_decoder, reads_a_history_request) {
  EXPECT_EQ(one(frame_of(10, bytes(1, "c"))), (command{2, history_request{"c", 0, {}, false}}));
  const std::string since = joined({number(1, 5), bytes(2, "e")});
  const std::string all = joined(
      {bytes(1, "c"), number(7, static_cast<std::uint64_t>(-1)), bytes(8, since), number(9, 1)});
  EXPECT_EQ(one(frame_of(10, all)),
            (command{2, history_request{"c", -1, stream_position{5, "e"}, true}}));
}

TEST(client_protobuf_decoder, reads_an_empty_message_as_a_pong) {
  EXPECT_TRUE(one(std::string(1, '\0')).is_pong());
}

TEST(client_protobuf_decoder, reads_several_commands_in_their_order) {
  const auto commands = decode_protobuf(frame_of(6, bytes(1, "a")) + std::string(1, '\0') +
                                        frame_of(6, bytes(1, "b")));
  ASSERT_TRUE(commands);
  EXPECT_EQ(*commands, (std::vector{command{2, unsubscribe_request{"a"}}, command{},
                                    command{2, unsubscribe_request{"b"}}}));
}

TEST(client_protobuf_decoder, takes_the_first_of_two_bodies) {
  const std::string two =
      delimited({number(1, 2), bytes(7, bytes(1, "b")), bytes(6, bytes(1, "a"))});
  EXPECT_EQ(one(two), (command{2, unsubscribe_request{"a"}}));
}

TEST(client_protobuf_decoder, skips_fields_it_does_not_know) {
  const std::string body = joined({bytes(1, "c"), number(16, 9), bytes(17, "future")});
  EXPECT_EQ(one(frame_of(6, body)), (command{2, unsubscribe_request{"c"}}));
  EXPECT_TRUE(one(frame_of(99, "a body of the future")).is_bad());
}

TEST(client_protobuf_decoder, refuses_what_is_no_message) {
  EXPECT_EQ(refusal(""), errc::empty);
  EXPECT_EQ(refusal("{}"), errc::malformed);
  EXPECT_EQ(refusal("\x05\x08\x01"), errc::malformed) << "shorter than its length says";
  EXPECT_EQ(refusal("\x80"), errc::malformed) << "a length that does not end";
  EXPECT_EQ(refusal("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), errc::malformed);
  EXPECT_EQ(refusal("\x01\x0F"), errc::malformed) << "a type that there is not";
  EXPECT_EQ(refusal(frame_of(6, "\x0A\x05")), errc::malformed) << "a text beyond its message";
  EXPECT_EQ(refusal(frame_of(6, bytes(1, "a")) + "\x02\x08"), errc::malformed)
      << "the second of two";
}

TEST(client_protobuf_decoder, refuses_texts_that_are_not_utf8) {
  EXPECT_EQ(refusal(frame_of(6, bytes(1, "\xFF"))), errc::malformed);
}

TEST(client_protobuf_decoder, refuses_filters_nested_too_deep) {
  const auto nested = [](std::size_t levels) {
    std::string filter;
    for (std::size_t i = 1; i < levels; ++i) filter = bytes(6, filter);
    return frame_of(5, joined({bytes(1, "c"), bytes(13, filter)}));
  };
  EXPECT_TRUE(decode_protobuf(nested(json_depth_max / 2)));
  EXPECT_EQ(refusal(nested(json_depth_max + 1)), errc::malformed);
}

TEST(client_protobuf_decoder, takes_only_so_many_commands) {
  EXPECT_EQ(decode_protobuf(std::string(commands_per_frame_max, '\0'))->size(),
            commands_per_frame_max);
  EXPECT_EQ(refusal(std::string(commands_per_frame_max + 1, '\0')), errc::too_many_commands);
}

}  // namespace
}  // namespace troupe::protocol
