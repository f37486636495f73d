#include "protocol/client/json_encoder.hpp"

#include <gtest/gtest.h>

#include "protocol/json_text.hpp"

namespace troupe::protocol {
namespace {

template <class... Parts>
std::string json_of(const Parts&... parts) {
  std::string out;
  append_json(out, parts...);
  EXPECT_TRUE(check_json(out)) << out;
  EXPECT_EQ(out.find('\n'), std::string::npos) << out;
  return out;
}

TEST(client_json_encoder, writes_a_ping_as_an_empty_object) {
  EXPECT_EQ(json_of(reply{}), "{}");
}

TEST(client_json_encoder, sends_an_empty_result) {
  EXPECT_EQ(json_of(reply{3, publish_result{}}), R"({"id":3,"publish":{}})");
  EXPECT_EQ(json_of(reply{3, unsubscribe_result{}}), R"({"id":3,"unsubscribe":{}})");
  EXPECT_EQ(json_of(reply{3, subscribe_result{}}), R"({"id":3,"subscribe":{}})");
  EXPECT_EQ(json_of(reply{3, connect_result{}}), R"({"id":3,"connect":{}})");
  EXPECT_EQ(json_of(reply{3, ping_result{}}), R"({"id":3,"ping":{}})");
  EXPECT_EQ(json_of(reply{3, rpc_result{}}), R"({"id":3,"rpc":{}})");
  EXPECT_EQ(json_of(reply{3, refresh_result{}}), R"({"id":3,"refresh":{}})");
  EXPECT_EQ(json_of(reply{3, sub_refresh_result{}}), R"({"id":3,"sub_refresh":{}})");
}

TEST(client_json_encoder, writes_the_zero_values_that_clients_rely_on) {
  EXPECT_EQ(json_of(reply{1, presence_result{}}), R"({"id":1,"presence":{"presence":{}}})");
  EXPECT_EQ(json_of(reply{1, presence_result{.presence = {{"c1", {}}}}}),
            R"({"id":1,"presence":{"presence":{"c1":{"user":"","client":""}}}})");
  EXPECT_EQ(json_of(reply{1, presence_stats_result{}}),
            R"({"id":1,"presence_stats":{"num_clients":0,"num_users":0}})");
  EXPECT_EQ(json_of(reply{1, history_result{}}),
            R"({"id":1,"history":{"publications":[],"epoch":"","offset":0}})");
}

TEST(client_json_encoder, writes_errors) {
  EXPECT_EQ(json_of(reply{1, error(errors::internal)}),
            R"({"id":1,"error":{"code":100,"message":"internal server error","temporary":true}})");
  EXPECT_EQ(json_of(reply{1, error(errors::permission_denied)}),
            R"({"id":1,"error":{"code":103,"message":"permission denied"}})");
}

TEST(client_json_encoder, writes_a_connect_result) {
  connect_result result{.client = "c1",
                        .version = "0.1",
                        .expires = true,
                        .ttl_s = 60,
                        .data = R"({"hello":1})",
                        .subs = {},
                        .ping_s = 25,
                        .pong = true,
                        .session = "s",
                        .node = "n",
                        .time_ms = 1700000000000};
  result.subs["a\"b"].recoverable = true;
  EXPECT_EQ(json_of(reply{1, result}),
            R"({"id":1,"connect":{"client":"c1","version":"0.1","expires":true,"ttl":60,)"
            R"("data":{"hello":1},"subs":{"a\"b":{"recoverable":true}},"ping":25,"pong":true,)"
            R"("session":"s","node":"n","time":1700000000000}})");
}

TEST(client_json_encoder, writes_a_subscribe_result) {
  subscribe_result result{.expires = true,
                          .ttl_s = 5,
                          .recoverable = true,
                          .epoch = "abcd",
                          .publications = {},
                          .recovered = true,
                          .offset = 4,
                          .positioned = true,
                          .data = "[1]",
                          .was_recovering = true,
                          .delta = true,
                          .id = 9};
  result.publications.push_back({.data = R"({"n":2})",
                                 .info = {},
                                 .offset = 5,
                                 .tags = {},
                                 .delta = false,
                                 .time_ms = 0,
                                 .channel = ""});
  EXPECT_EQ(json_of(reply{3, result}),
            R"({"id":3,"subscribe":{"expires":true,"ttl":5,"recoverable":true,"epoch":"abcd",)"
            R"("publications":[{"data":{"n":2},"offset":5}],"recovered":true,"offset":4,)"
            R"("positioned":true,"data":[1],"was_recovering":true,"delta":true,"id":9}})");
}

TEST(client_json_encoder, writes_the_other_results) {
  EXPECT_EQ(json_of(reply{1, rpc_result{"\"pong\""}}), R"({"id":1,"rpc":{"data":"pong"}})");
  EXPECT_EQ(json_of(reply{1, refresh_result{"c", "v", true, 9}}),
            R"({"id":1,"refresh":{"client":"c","version":"v","expires":true,"ttl":9}})");
  EXPECT_EQ(json_of(reply{1, sub_refresh_result{true, 9}}),
            R"({"id":1,"sub_refresh":{"expires":true,"ttl":9}})");
  history_result history{.publications = {{}, {}}, .epoch = "e", .offset = 18446744073709551615U};
  EXPECT_EQ(json_of(reply{1, history}), R"({"id":1,"history":{"publications":[{},{}],"epoch":"e",)"
                                        R"("offset":18446744073709551615}})");
}

TEST(client_json_encoder, writes_a_publication_with_everything) {
  const publication full{.data = R"({"n": 1})",
                         .info = client_info{"u", "c", R"({"name":"x"})", "1"},
                         .offset = 4,
                         .tags = {{"b", "2"}, {"a\n", "\"1\""}},
                         .delta = true,
                         .time_ms = -1,
                         .channel = "updates.x"};
  EXPECT_EQ(json_of("updates.*", full),
            R"({"push":{"channel":"updates.*","pub":{"data":{"n": 1},)"
            R"("info":{"user":"u","client":"c","conn_info":{"name":"x"},"chan_info":1},"offset":4,)"
            R"("tags":{"a\n":"\"1\"","b":"2"},"delta":true,"time":-1,"channel":"updates.x"}}})");
}

TEST(client_json_encoder, writes_a_publication_the_same_way_from_where_it_lies) {
  publication small;
  small.data = "1";
  small.offset = 4;
  const std::string direct = json_of("test", small);
  EXPECT_EQ(direct, R"({"push":{"channel":"test","pub":{"data":1,"offset":4}}})");
  EXPECT_EQ(json_of(push{"test", small}), direct);
  EXPECT_EQ(json_of(reply{0, push{"test", small}}), direct);
}

TEST(client_json_encoder, writes_every_kind_of_push) {
  EXPECT_EQ(json_of(push{"c", join_push{{"u", "k", "", ""}}}),
            R"({"push":{"channel":"c","join":{"info":{"user":"u","client":"k"}}}})");
  EXPECT_EQ(json_of(push{"c", leave_push{}}),
            R"({"push":{"channel":"c","leave":{"info":{"user":"","client":""}}}})");
  EXPECT_EQ(
      json_of(push{"c", unsubscribe_push{2500, "insufficient state"}}),
      R"({"push":{"channel":"c","unsubscribe":{"code":2500,"reason":"insufficient state"}}})");
  EXPECT_EQ(json_of(push{"", message_push{"{}"}}), R"({"push":{"message":{"data":{}}}})");
  EXPECT_EQ(json_of(push{"c", subscribe_push{true, "e", 1, true, "2"}}),
            R"({"push":{"channel":"c","subscribe":{"recoverable":true,"epoch":"e","offset":1,)"
            R"("positioned":true,"data":2}}})");
  EXPECT_EQ(json_of(push{"", connect_push{}}), R"({"push":{"connect":{}}})");
  EXPECT_EQ(json_of(push{"", disconnect_push{3001, "shutdown", true}}),
            R"({"push":{"disconnect":{"code":3001,"reason":"shutdown","reconnect":true}}})");
  EXPECT_EQ(json_of(push{"", refresh_push{true, 5}}),
            R"({"push":{"refresh":{"expires":true,"ttl":5}}})");
  EXPECT_EQ(json_of(push{"", leave_push{}, 7}),
            R"({"push":{"id":7,"leave":{"info":{"user":"","client":""}}}})");
}

TEST(client_json_encoder, appends_to_what_is_there) {
  std::string out;
  append_json(out, reply{1, publish_result{}});
  out += '\n';
  append_json(out, reply{});
  EXPECT_EQ(out, "{\"id\":1,\"publish\":{}}\n{}");
}

TEST(client_json_encoder, stays_valid_json_when_a_text_is_not_utf8) {
  json_of(push{"\xFF\"", unsubscribe_push{1, "\xED\xA0\x80"}});
}

}  // namespace
}  // namespace troupe::protocol
