#include "protocol/api/json_decoder.hpp"

#include <gtest/gtest.h>

namespace troupe::protocol::api {
namespace {

template <class Request>
Request decoded(std::string_view body) {
  json_decoder decoder;
  auto request = decoder.decode<Request>(body);
  EXPECT_TRUE(request) << body << ": " << describe(request.error());
  return request.value_or(Request{});
}

template <class Request>
errc refusal(std::string_view body) {
  json_decoder decoder;
  auto request = decoder.decode<Request>(body);
  EXPECT_FALSE(request) << body;
  return request ? errc::too_many_commands : request.error();
}

TEST(api_json_decoder, reads_a_publish) {
  const auto request = decoded<publish_request>(
      R"({"channel":"c","data":{"a": 1.0},"skip_history":true,"tags":{"k":"v"},)"
      R"("idempotency_key":"i","delta":true,"version":3,"version_epoch":"e","unknown":[]})");
  EXPECT_EQ(request, (publish_request{.channel = "c",
                                      .data = R"({"a": 1.0})",
                                      .binary = false,
                                      .options = {.skip_history = true,
                                                  .tags = {{"k", "v"}},
                                                  .idempotency_key = "i",
                                                  .delta = true,
                                                  .version = 3,
                                                  .version_epoch = "e"}}));
}

TEST(api_json_decoder, writes_a_pretty_payload_into_one_line) {
  const auto request =
      decoded<publish_request>("{\n \"channel\": \"c\",\n \"data\": {\n \"a\": 1\n}\n}\n");
  EXPECT_EQ(request.data, R"({ "a": 1})");
}

TEST(api_json_decoder, takes_a_payload_from_base64) {
  const auto json = decoded<publish_request>(R"({"data":1,"b64data":"eyJhIjoKMX0="})");
  EXPECT_EQ(json.data, R"({"a":1})");
  EXPECT_FALSE(json.binary);
  const auto binary = decoded<publish_request>(R"({"b64data":"/wA="})");
  EXPECT_EQ(binary.data, std::string("\xFF\0", 2));
  EXPECT_TRUE(binary.binary);
}

TEST(api_json_decoder, reads_a_broadcast) {
  const auto request = decoded<broadcast_request>(
      R"({"channels":["a","b"],"data":null,"b64data":"MQ==","version":1})");
  EXPECT_EQ(request.channels, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request.data, "1");
  EXPECT_EQ(request.options.version, 1U);
}

TEST(api_json_decoder, reads_the_other_requests) {
  EXPECT_EQ(decoded<presence_request>(R"({"channel":"c"})").channel, "c");
  EXPECT_EQ(decoded<presence_stats_request>(R"({"channel":"c"})").channel, "c");
  EXPECT_EQ(decoded<history_remove_request>(R"({"channel":"c"})").channel, "c");
  EXPECT_EQ(decoded<channels_request>(R"({"pattern":"chat.*"})").pattern, "chat.*");
  EXPECT_EQ(decoded<history_request>(
                R"({"channel":"c","limit":10,"since":{"offset":1,"epoch":"e"},"reverse":true})"),
            (history_request{"c", 10, stream_position{1, "e"}, true}));
  decoded<info_request>(R"({"anything":1})");
}

TEST(api_json_decoder, reads_a_subscribe) {
  const auto request = decoded<subscribe_request>(
      R"({"user":"u","channel":"c","client":"k","session":"s","info":{"a":1},"data":[2],)"
      R"("recover_since":{"offset":4,"epoch":"e"},"expire_at":1700000000,"override":{)"
      R"("presence":{"value":true},"join_leave":{"value":false},"force_recovery":null,)"
      R"("force_positioning":{}}})");
  EXPECT_EQ(request,
            (subscribe_request{
                .channel = "c",
                .who = {"u", "k", "s"},
                .info = R"({"a":1})",
                .data = "[2]",
                .recover_since = stream_position{4, "e"},
                .expire_at = 1700000000,
                .override = {.presence = true, .join_leave = false, .force_positioning = false}}));
  const auto encoded =
      decoded<subscribe_request>(R"({"b64info":"MQ==","b64data":"eyJhIjoKMX0=","data":0})");
  EXPECT_EQ(encoded.info, "1");
  EXPECT_EQ(encoded.data, R"({"a":1})");
}

TEST(api_json_decoder, reads_what_ends_subscriptions_and_connections) {
  EXPECT_EQ(decoded<unsubscribe_request>(R"({"user":"u","channel":"c"})"),
            (unsubscribe_request{.channel = "c", .who = {.user = "u"}}));
  EXPECT_EQ(decoded<disconnect_request>(R"({"user":"u","whitelist":["a","b"]})"),
            (disconnect_request{.who = {.user = "u"}, .whitelist = {"a", "b"}, .disconnect = {}}));
  EXPECT_EQ(
      decoded<disconnect_request>(R"({"client":"k","disconnect":{"code":4000,"reason":"r"}})"),
      (disconnect_request{
          .who = {.client = "k"}, .whitelist = {}, .disconnect = disconnect_reason{4000, "r"}}));
  EXPECT_EQ(decoded<refresh_request>(R"({"user":"u","expired":true,"expire_at":7,"info":{}})"),
            (refresh_request{.who = {.user = "u"}, .expired = true, .expire_at = 7, .info = "{}"}));
  EXPECT_EQ(decoded<rpc_request>(R"({"method":"m","params":{"a":1}})"),
            (rpc_request{"m", R"({"a":1})"}));
}

TEST(api_json_decoder, reads_a_batch_in_its_order) {
  const auto request = decoded<batch_request>(
      R"({"parallel":true,"commands":[{"publish":{"channel":"c","data":1}},{"info":{}},)"
      R"({"frobnicate":{}},{"ignored":1,"history":{"channel":"h"},"info":{}}]})");
  EXPECT_TRUE(request.parallel);
  ASSERT_EQ(request.commands.size(), 4U);
  EXPECT_EQ(std::get<publish_request>(request.commands[0]).data, "1");
  EXPECT_EQ(name_of(request.commands[1]), "info");
  EXPECT_EQ(request.commands[2].index(), 0U) << "there is no such method";
  EXPECT_EQ(std::get<history_request>(request.commands[3]).channel, "h") << "the first counts";
}

TEST(api_json_decoder, refuses_a_batch_that_is_wrong_anywhere) {
  EXPECT_EQ(refusal<batch_request>(R"({"commands":[{"info":{}},{"publish":{"channel":1}}]})"),
            errc::wrong_type);
  EXPECT_EQ(refusal<batch_request>(R"({"commands":[{"publish":{"b64data":"?"}}]})"),
            errc::bad_base64);
  EXPECT_EQ(refusal<batch_request>(R"({"commands":[1]})"), errc::wrong_type);
  EXPECT_EQ(refusal<batch_request>(R"({"commands":{}})"), errc::wrong_type);
  std::string many = R"({"commands":[{"info":{}})";
  for (std::size_t i = 0; i < json_decoder::commands_per_batch_max; ++i) many += R"(,{"info":{}})";
  EXPECT_EQ(refusal<batch_request>(many + "]}"), errc::too_many_commands);
}

TEST(api_json_decoder, finds_the_request_of_a_method) {
  json_decoder decoder;
  for (std::size_t i = 1; i < method_names.size(); ++i) {
    const auto call = decoder.decode(method_names[i], "{}");
    ASSERT_TRUE(call) << method_names[i];
    EXPECT_EQ(call->index(), i) << method_names[i];
  }
  EXPECT_EQ(decoder.decode("frobnicate", "{")->index(), 0U);
  EXPECT_EQ(decoder.decode("", "{}")->index(), 0U);
  EXPECT_EQ(decoder.decode("publish", "{").error(), errc::malformed);
}

TEST(api_json_decoder, reads_enveloped_requests) {
  json_decoder decoder;
  const auto one = decoder.decode_enveloped(
      "{\"method\": \"publish\",\n \"params\": {\"channel\":\"c\",\"data\":1}}");
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(std::get<publish_request>(*one->front().call).channel, "c");

  const auto many = decoder.decode_enveloped(
      "{\"id\":1,\"method\":\"info\"}\n{\"id\":2,\"method\":\"publish\",\"params\":"
      "{\"channel\":1}}\n\n{\"id\":3,\"method\":\"frobnicate\",\"params\":{}}\n");
  ASSERT_TRUE(many);
  ASSERT_EQ(many->size(), 3U);
  EXPECT_EQ(name_of(*(*many)[0].call), "info");
  EXPECT_EQ((*many)[1].call.error(), errc::wrong_type);
  EXPECT_EQ((*many)[2].id, 3U);
  EXPECT_EQ((*many)[2].call->index(), 0U);

  EXPECT_EQ(decoder.decode_enveloped(" ").error(), errc::empty);
  EXPECT_EQ(decoder.decode_enveloped("{}\n{").error(), errc::malformed);
  EXPECT_EQ(decoder.decode_enveloped(R"({"method":1})").error(), errc::wrong_type);
}

TEST(api_json_decoder, takes_an_empty_body_as_an_empty_object) {
  EXPECT_EQ(decoded<channels_request>("").pattern, "");
  EXPECT_EQ(decoded<publish_request>(" \n"), publish_request{});
}

TEST(api_json_decoder, refuses_what_it_cannot_decode) {
  EXPECT_EQ(refusal<publish_request>("{"), errc::malformed);
  EXPECT_EQ(refusal<publish_request>(R"({"data":{"a":01}})"), errc::malformed);
  EXPECT_EQ(refusal<publish_request>("\xFF"), errc::malformed);
  EXPECT_EQ(refusal<publish_request>(std::string(100'000, '[')), errc::too_deep);
  EXPECT_EQ(refusal<publish_request>("[]"), errc::wrong_type);
  EXPECT_EQ(refusal<publish_request>(R"({"channel":1})"), errc::wrong_type);
  EXPECT_EQ(refusal<publish_request>(R"({"version":-1})"), errc::wrong_type);
  EXPECT_EQ(refusal<disconnect_request>(R"({"disconnect":{"code":"4000"}})"), errc::wrong_type);
  EXPECT_EQ(refusal<disconnect_request>(R"({"whitelist":"a"})"), errc::wrong_type);
  EXPECT_EQ(refusal<subscribe_request>(R"({"override":{"presence":true}})"), errc::wrong_type);
  EXPECT_EQ(refusal<subscribe_request>(R"({"b64info":"a"})"), errc::bad_base64);
  EXPECT_EQ(refusal<refresh_request>(R"({"expire_at":1.5})"), errc::wrong_type);
  EXPECT_EQ(refusal<publish_request>(R"({"tags":{"a":1}})"), errc::wrong_type);
  EXPECT_EQ(refusal<publish_request>(R"({"b64data":"*"})"), errc::bad_base64);
  EXPECT_EQ(refusal<broadcast_request>(R"({"channels":"a"})"), errc::wrong_type);
  EXPECT_EQ(refusal<broadcast_request>(R"({"channels":[1]})"), errc::wrong_type);
  EXPECT_EQ(refusal<info_request>("1"), errc::wrong_type);
}

}  // namespace
}  // namespace troupe::protocol::api
