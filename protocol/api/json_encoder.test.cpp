#include "protocol/api/json_encoder.hpp"

#include <gtest/gtest.h>

#include "protocol/api/codes.hpp"

namespace troupe::protocol::api {
namespace {

template <class Result>
std::string json_of(Result result) {
  return to_json(response<Result>(std::move(result)));
}

TEST(api_json_encoder, wraps_a_result) {
  EXPECT_EQ(json_of(publish_result{}), R"({"result":{}})");
  EXPECT_EQ(json_of(publish_result{.offset = 3, .epoch = "e"}),
            R"({"result":{"offset":3,"epoch":"e"}})");
  EXPECT_EQ(json_of(history_remove_result{}), R"({"result":{}})");
}

TEST(api_json_encoder, wraps_an_error) {
  const std::string expected = R"({"error":{"code":102,"message":"unknown channel"}})";
  EXPECT_EQ(to_json(response<publish_result>(std::unexpected(error(errors::unknown_channel)))),
            expected);
  EXPECT_EQ(to_json(error(errors::unknown_channel)), expected);
}

TEST(api_json_encoder, answers_a_broadcast_channel_by_channel) {
  broadcast_result result;
  result.responses.emplace_back(publish_result{.offset = 1, .epoch = "e"});
  result.responses.emplace_back(std::unexpected(error(errors::unknown_channel)));
  EXPECT_EQ(json_of(result), R"({"result":{"responses":[{"result":{"offset":1,"epoch":"e"}},)"
                             R"({"error":{"code":102,"message":"unknown channel"}}]}})");
}

TEST(api_json_encoder, writes_the_zero_values_that_callers_rely_on) {
  EXPECT_EQ(json_of(presence_result{}), R"({"result":{"presence":{}}})");
  EXPECT_EQ(json_of(presence_stats_result{}), R"({"result":{"num_clients":0,"num_users":0}})");
  EXPECT_EQ(json_of(history_result{}), R"({"result":{"publications":[],"epoch":"","offset":0}})");
  EXPECT_EQ(json_of(channels_result{}), R"({"result":{"channels":{}}})");
  EXPECT_EQ(json_of(info_result{}), R"({"result":{"nodes":[]}})");
}

TEST(api_json_encoder, writes_bytes_that_are_no_json_as_base64) {
  publication binary;
  binary.data = "1,\"offset\":9";
  binary.info = client_info{"u", "c", "\xFF", ""};
  EXPECT_EQ(json_of(history_result{{binary}, "e", 1}),
            R"({"result":{"publications":[{"b64data":"MSwib2Zmc2V0Ijo5","info":{"user":"u",)"
            R"("client":"c","b64conn_info":"/w=="}}],"epoch":"e","offset":1}})");
}

TEST(api_json_encoder, writes_channels_and_nodes) {
  EXPECT_EQ(json_of(channels_result{.channels = {{"a", {2}}, {"b\"", {}}}}),
            R"({"result":{"channels":{"a":{"num_clients":2},"b\"":{"num_clients":0}}}})");
  EXPECT_EQ(json_of(info_result{.nodes = {{"u", "n", "0.1", 1, 2, 3, 4, 5}}}),
            R"({"result":{"nodes":[{"uid":"u","name":"n","version":"0.1","num_clients":1,)"
            R"("num_users":2,"num_subs":3,"num_channels":4,"uptime":5}]}})");
}

}  // namespace
}  // namespace troupe::protocol::api
