#include "protocol/client/json_decoder.hpp"

#include <gtest/gtest.h>

#include "protocol/json_text.hpp"

namespace troupe::protocol {
namespace {

std::vector<command> commands_of(std::string_view frame) {
  json_decoder decoder;
  auto decoded = decoder.decode(frame);
  EXPECT_TRUE(decoded) << frame << ": " << describe(decoded.error());
  return decoded.value_or(std::vector<command>{});
}

command one(std::string_view frame) {
  auto commands = commands_of(frame);
  EXPECT_EQ(commands.size(), 1U);
  return commands.empty() ? command{} : commands.front();
}

errc refusal(std::string_view frame) {
  json_decoder decoder;
  auto decoded = decoder.decode(frame);
  EXPECT_FALSE(decoded) << frame;
  return decoded ? errc::bad_base64 : decoded.error();
}

TEST(client_json_decoder, reads_a_connect) {
  const command read = one(
      R"({"id":1,"connect":{"token":"t","data":{"x": 1},"name":"js","version":"5","flag":3,)"
      R"("headers":{"Authorization":"b"},"subs":{"news":{"recover":true,"epoch":"e","offset":7}}}})");
  connect_request expected{.token = "t",
                           .data = R"({"x": 1})",
                           .subs = {},
                           .name = "js",
                           .version = "5",
                           .headers = {{"Authorization", "b"}},
                           .flag = 3};
  expected.subs["news"].recover = true;
  expected.subs["news"].epoch = "e";
  expected.subs["news"].offset = 7;
  EXPECT_EQ(read, (command{1, expected}));
}

TEST(client_json_decoder, reads_a_subscribe) {
  const command read =
      one(R"({"id":2,"subscribe":{"channel":"c","token":"t","recover":true,"epoch":"e",)"
          R"("offset":18446744073709551615,"data":[1],"positioned":true,"recoverable":true,)"
          R"("join_leave":true,"delta":"fossil","flag":3,"type":1,"phase":2,"cursor":"x",)"
          R"("tf":{"op":"and","nodes":[{"key":"k","cmp":"in","vals":["a","b"]},{"op":"not"}]}}})");
  subscribe_request expected;
  expected.channel = "c";
  expected.token = "t";
  expected.recover = true;
  expected.epoch = "e";
  expected.offset = 18446744073709551615U;
  expected.data = "[1]";
  expected.positioned = true;
  expected.recoverable = true;
  expected.join_leave = true;
  expected.delta = "fossil";
  expected.flag = 3;
  expected.type = 1;
  expected.tf = filter_node{
      .op = "and",
      .key = "",
      .cmp = "",
      .val = "",
      .vals = {},
      .nodes = {{.op = "", .key = "k", .cmp = "in", .val = "", .vals = {"a", "b"}, .nodes = {}},
                {.op = "not", .key = "", .cmp = "", .val = "", .vals = {}, .nodes = {}}}};
  EXPECT_EQ(read, (command{2, expected}));
}

TEST(client_json_decoder, reads_every_other_request) {
  EXPECT_EQ(one(R"({"id":3,"unsubscribe":{"channel":"c"}})"),
            (command{3, unsubscribe_request{"c"}}));
  EXPECT_EQ(one(R"({"id":4,"publish":{"channel":"c","data":"x"}})"),
            (command{4, publish_request{"c", R"("x")"}}));
  EXPECT_EQ(one(R"({"id":5,"presence":{"channel":"c"}})"), (command{5, presence_request{"c"}}));
  EXPECT_EQ(one(R"({"id":6,"presence_stats":{"channel":"c"}})"),
            (command{6, presence_stats_request{"c"}}));
  EXPECT_EQ(one(R"({"id":7,"history":{"channel":"c","limit":-1,"reverse":true,)"
                R"("since":{"offset":5,"epoch":"e"}}})"),
            (command{7, history_request{"c", -1, stream_position{5, "e"}, true}}));
  EXPECT_EQ(one(R"({"id":8,"history":{"channel":"c"}})"),
            (command{8, history_request{"c", 0, std::nullopt, false}}));
  EXPECT_EQ(one(R"({"id":9,"ping":{}})"), (command{9, ping_request{}}));
  EXPECT_EQ(one(R"({"send":{"data":{}}})"), (command{0, send_request{"{}"}}));
  EXPECT_EQ(one(R"({"id":10,"rpc":{"method":"m","data":null}})"),
            (command{10, rpc_request{"null", "m"}}));
  EXPECT_EQ(one(R"({"id":11,"refresh":{"token":"t"}})"), (command{11, refresh_request{"t"}}));
  EXPECT_EQ(one(R"({"id":12,"sub_refresh":{"channel":"c","token":"t"}})"),
            (command{12, sub_refresh_request{"c", "t"}}));
}

TEST(client_json_decoder, reads_an_empty_command_as_a_pong) {
  EXPECT_TRUE(one("{}").is_pong());
  EXPECT_FALSE(one("{}").is_bad());
  EXPECT_FALSE(one(R"({"id":1})").is_pong());
}

TEST(client_json_decoder, leaves_a_command_it_does_not_know_to_be_recognised_as_bad) {
  EXPECT_TRUE(one(R"({"id":1,"teleport":{}})").is_bad());
  EXPECT_TRUE(one(R"({"publish":{"channel":"c"}})").is_bad()) << "a request without an id";
  EXPECT_FALSE(one(R"({"send":{}})").is_bad());
  EXPECT_FALSE(one(R"({"id":1,"send":{}})").is_bad());
}

TEST(client_json_decoder, reads_the_commands_of_a_frame_in_order) {
  const auto commands = commands_of(
      "{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n"
      "{}\n{\"id\":3,\"subscribe\":{\"channel\":\"b\"}}\n");
  ASSERT_EQ(commands.size(), 4U);
  EXPECT_EQ(commands[0].id, 1U);
  EXPECT_EQ(commands[1].id, 2U);
  EXPECT_TRUE(commands[2].is_pong());
  EXPECT_EQ(std::get<subscribe_request>(commands[3].body).channel, "b");
}

TEST(client_json_decoder, keeps_a_payload_byte_for_byte) {
  for (std::string_view payload :
       {R"({ "a" : [ 1 , 2 ] , "b":{ } })", R"("text \u00e9 \ud83d \n")",
        "123456789012345678901234567890", "-1.50000000000000000000001e+999999999999", "true",
        "0.10", R"({"a":1,"a":2})", "[]", "\"\xE2\x82\xAC\""}) {
    const command read =
        one(R"({"id":1,"publish":{"data": )" + std::string(payload) + R"( ,"channel":"c"}})");
    EXPECT_EQ(read, (command{1, publish_request{"c", std::string(payload)}}));
  }
}

TEST(client_json_decoder, drops_carriage_returns_within_a_payload) {
  EXPECT_EQ(one("{\"id\":1,\"rpc\":{\"data\":{\r\"a\":\r1}}}"),
            (command{1, rpc_request{R"({"a":1})", ""}}));
}

TEST(client_json_decoder, reads_escapes_in_strings) {
  EXPECT_EQ(one(R"({"id":1,"un\u0073ubscribe":{"channel":"a\"\\\u00e9\n"}})"),
            (command{1, unsubscribe_request{"a\"\\\u00e9\n"}}));
}

TEST(client_json_decoder, skips_fields_it_does_not_know) {
  EXPECT_EQ(one(R"({"x":[{"id":9}],"id":1,"presence":{"y":{"channel":"no"},"channel":"c","z":1}})"),
            (command{1, presence_request{"c"}}));
}

TEST(client_json_decoder, takes_null_as_a_field_left_out) {
  EXPECT_EQ(one(R"({"id":null,"connect":null,"subscribe":{"channel":null,"recover":null}})"),
            (command{0, subscribe_request{}}));
}

TEST(client_json_decoder, takes_null_as_a_payload) {
  EXPECT_EQ(one(R"({"id":1,"publish":{"channel":"c","data":null}})"),
            (command{1, publish_request{"c", "null"}}));
  EXPECT_EQ(one(R"({"id":1,"publish":{"channel":"c"}})"), (command{1, publish_request{"c", ""}}));
}

TEST(client_json_decoder, takes_the_first_of_two_bodies) {
  EXPECT_EQ(one(R"({"id":1,"presence":{"channel":"a"},"unsubscribe":{"channel":"b"}})"),
            (command{1, presence_request{"a"}}));
  EXPECT_EQ(one(R"({"id":1,"presence":{"channel":"a"},"presence":{"channel":"b"},"id":2})"),
            (command{2, presence_request{"a"}}));
}

TEST(client_json_decoder, survives_keys_that_come_twice) {
  EXPECT_EQ(one(R"({"id":1,"publish":{"data":1,"channel":"a","channel":"b","data":2}})"),
            (command{1, publish_request{"b", "2"}}));
  EXPECT_EQ(one(R"({"id":1,"history":{"since":{"offset":1},"since":{"epoch":"e"}}})"),
            (command{1, history_request{"", 0, stream_position{0, "e"}, false}}));
}

TEST(client_json_decoder, refuses_an_empty_frame_or_line) {
  EXPECT_EQ(refusal(""), errc::empty);
  EXPECT_EQ(refusal("\n"), errc::empty);
  EXPECT_EQ(refusal("  "), errc::empty);
  EXPECT_EQ(refusal("{}\n\n{}"), errc::empty);
  EXPECT_EQ(refusal("{}\n\n"), errc::empty);
}

TEST(client_json_decoder, refuses_malformed_json_wherever_it_is) {
  for (std::string_view frame :
       {"{", "{}{}", "{\"id\":1,}", "{\"id\":01}", "{\n}",
        R"({"id":1,"publish":{"data":{"a":tru}}})", R"({"id":1,"publish":{"data":[1,2}})",
        R"({"unknown":[01]})", "{\"id\":1} x", "\xFF"}) {
    EXPECT_EQ(refusal(frame), errc::malformed) << frame;
  }
}

TEST(client_json_decoder, refuses_the_whole_frame_for_one_bad_command) {
  EXPECT_EQ(refusal("{\"id\":1,\"connect\":{}}\n{\"id\":2"), errc::malformed);
}

TEST(client_json_decoder, refuses_values_of_a_wrong_type) {
  for (std::string_view frame : {"[]",
                                 "1",
                                 "null",
                                 "\"{}\"",
                                 R"({"id":"1"})",
                                 R"({"id":-1})",
                                 R"({"id":4294967296})",
                                 R"({"id":1.5})",
                                 R"({"id":{}})",
                                 R"({"id":1,"connect":[]})",
                                 R"({"connect":1})",
                                 R"({"connect":{"token":1}})",
                                 R"({"connect":{"subs":[]}})",
                                 R"({"connect":{"subs":{"a":1}}})",
                                 R"({"connect":{"headers":{"a":1}}})",
                                 R"({"subscribe":{"recover":1}})",
                                 R"({"subscribe":{"offset":-1}})",
                                 R"({"subscribe":{"offset":18446744073709551616}})",
                                 R"({"subscribe":{"type":2147483648}})",
                                 R"({"subscribe":{"tf":[]}})",
                                 R"({"subscribe":{"tf":{"vals":[1]}}})",
                                 R"({"history":{"limit":-2147483649}})",
                                 R"({"history":{"since":5}})",
                                 R"({"ping":true})",
                                 R"({"publish":{"channel":["a"]}})",
                                 R"({"publish":{"channel":"\ud83d"}})"}) {
    EXPECT_EQ(refusal(frame), errc::wrong_type) << frame;
  }
}

TEST(client_json_decoder, refuses_deep_nesting) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(refusal(R"({"id":1,"publish":{"channel":"c","data":)" + deep), errc::too_deep);
  std::string filter = R"({"id":1,"subscribe":{"tf":)";
  for (int i = 0; i < 100'000; ++i) filter += R"({"nodes":[)";
  EXPECT_EQ(refusal(filter), errc::too_deep);
}

TEST(client_json_decoder, accepts_payloads_up_to_the_depth_that_is_left) {
  const std::size_t left = json_depth_max - 2;
  const std::string payload = std::string(left, '[') + std::string(left, ']');
  EXPECT_EQ(one(R"({"id":1,"rpc":{"data":)" + payload + "}}"),
            (command{1, rpc_request{payload, ""}}));
  EXPECT_EQ(refusal(R"({"id":1,"rpc":{"data":[)" + payload + "]}}"), errc::too_deep);
}

TEST(client_json_decoder, bounds_the_commands_of_a_frame) {
  std::string frame = "{}";
  for (std::size_t i = 1; i < commands_per_frame_max; ++i) frame += "\n{}";
  EXPECT_EQ(commands_of(frame).size(), commands_per_frame_max);
  EXPECT_EQ(refusal(frame + "\n{}"), errc::too_many_commands);
}

TEST(client_json_decoder, is_as_good_after_an_error_as_before) {
  json_decoder decoder;
  EXPECT_FALSE(decoder.decode("{\"id\":"));
  EXPECT_FALSE(decoder.decode(R"({"id":{}})"));
  auto decoded = decoder.decode(R"({"id":1,"presence":{"channel":"c"}})");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->front(), (command{1, presence_request{"c"}}));
}

}  // namespace
}  // namespace troupe::protocol
