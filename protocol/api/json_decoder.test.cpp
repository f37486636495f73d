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
  EXPECT_EQ(refusal<publish_request>(R"({"tags":{"a":1}})"), errc::wrong_type);
  EXPECT_EQ(refusal<publish_request>(R"({"b64data":"*"})"), errc::bad_base64);
  EXPECT_EQ(refusal<broadcast_request>(R"({"channels":"a"})"), errc::wrong_type);
  EXPECT_EQ(refusal<broadcast_request>(R"({"channels":[1]})"), errc::wrong_type);
  EXPECT_EQ(refusal<info_request>("1"), errc::wrong_type);
}

}  // namespace
}  // namespace troupe::protocol::api
