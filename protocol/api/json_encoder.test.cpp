#include "protocol/api/json_encoder.hpp"

#include <gtest/gtest.h>

#include "protocol/api/codes.hpp"

namespace troupe::protocol::api {
namespace {

const error unknown_channel = errors::unknown_channel;

TEST(api_json_encoder, wraps_a_result_or_an_error) {
  EXPECT_EQ(to_response(to_json(publish_result{})), R"({"result":{}})");
  EXPECT_EQ(to_response(to_json(publish_result{.offset = 3, .epoch = "e"})),
            R"({"result":{"offset":3,"epoch":"e"}})");
  EXPECT_EQ(to_response(std::unexpected(unknown_channel)),
            R"({"error":{"code":102,"message":"unknown channel"}})");
  EXPECT_EQ(to_json(unknown_channel), R"({"code":102,"message":"unknown channel"})");
}

TEST(api_json_encoder, writes_results_that_say_nothing_as_empty_objects) {
  EXPECT_EQ(to_json(subscribe_result{}), "{}");
  EXPECT_EQ(to_json(unsubscribe_result{}), "{}");
  EXPECT_EQ(to_json(disconnect_result{}), "{}");
  EXPECT_EQ(to_json(refresh_result{}), "{}");
  EXPECT_EQ(to_json(history_remove_result{}), "{}");
  EXPECT_EQ(to_json(rpc_result{}), "{}");
  EXPECT_EQ(to_json(rpc_result{"[1]"}), R"({"data":[1]})");
}

TEST(api_json_encoder, answers_a_broadcast_channel_by_channel) {
  broadcast_result result;
  result.responses.emplace_back(publish_result{.offset = 1, .epoch = "e"});
  result.responses.emplace_back(std::unexpected(unknown_channel));
  EXPECT_EQ(to_json(result), R"({"responses":[{"result":{"offset":1,"epoch":"e"}},)"
                             R"({"error":{"code":102,"message":"unknown channel"}}]})");
}

TEST(api_json_encoder, answers_a_batch_command_by_command) {
  EXPECT_EQ(to_batch_response({}), R"({"replies":[]})");
  EXPECT_EQ(to_batch_response({{"publish", to_json(publish_result{})},
                               {"presence", std::unexpected(unknown_channel)},
                               {"history_remove", to_json(history_remove_result{})}}),
            R"({"replies":[{"publish":{}},{"error":{"code":102,"message":"unknown channel"}},)"
            R"({"history_remove":{}}]})");
}

TEST(api_json_encoder, answers_an_enveloped_request_with_its_id) {
  EXPECT_EQ(to_enveloped_response(7, to_json(publish_result{})), R"({"id":7,"result":{}})");
  EXPECT_EQ(to_enveloped_response(0, std::unexpected(unknown_channel)),
            R"({"error":{"code":102,"message":"unknown channel"}})");
}

TEST(api_json_encoder, writes_the_zero_values_that_callers_rely_on) {
  EXPECT_EQ(to_json(presence_result{}), R"({"presence":{}})");
  EXPECT_EQ(to_json(presence_stats_result{}), R"({"num_clients":0,"num_users":0})");
  EXPECT_EQ(to_json(history_result{}), R"({"publications":[],"epoch":"","offset":0})");
  EXPECT_EQ(to_json(channels_result{}), R"({"channels":{}})");
  EXPECT_EQ(to_json(info_result{}), R"({"nodes":[]})");
}

TEST(api_json_encoder, writes_bytes_that_are_no_json_as_base64) {
  publication binary;
  binary.data = "1,\"offset\":9";
  binary.info = client_info{"u", "c", "\xFF", ""};
  EXPECT_EQ(to_json(history_result{{binary}, "e", 1}),
            R"({"publications":[{"b64data":"MSwib2Zmc2V0Ijo5","info":{"user":"u",)"
            R"("client":"c","b64conn_info":"/w=="}}],"epoch":"e","offset":1})");
}

TEST(api_json_encoder, writes_channels_and_nodes) {
  EXPECT_EQ(to_json(channels_result{.channels = {{"a", {2}}, {"b\"", {}}}}),
            R"({"channels":{"a":{"num_clients":2},"b\"":{"num_clients":0}}})");
  EXPECT_EQ(to_json(info_result{.nodes = {{"u", "n", "0.1", 1, 2, 3, 4, 5}}}),
            R"({"nodes":[{"uid":"u","name":"n","version":"0.1","num_clients":1,)"
            R"("num_users":2,"num_subs":3,"num_channels":4,"uptime":5}]})");
  node_info detailed;
  detailed.metrics = node_metrics{60, {{"sent", 2}}};
  detailed.process = node_process{3, 4096};
  EXPECT_EQ(to_json(info_result{.nodes = {detailed}}),
            R"({"nodes":[{"uid":"","name":"","version":"","num_clients":0,"num_users":0,)"
            R"("num_subs":0,"num_channels":0,"uptime":0,)"
            R"("metrics":{"interval":60,"items":{"sent":2}},"process":{"cpu":3,"rss":4096}}]})");
}

}  // namespace
}  // namespace troupe::protocol::api
