#include <string>

#include <gtest/gtest.h>

#include "protocol/proxy/json_decoder.hpp"
#include "protocol/proxy/json_encoder.hpp"

namespace troupe::protocol::proxy {
namespace {

const caller ada{.client = "c1",
                 .transport = "websocket",
                 .protocol = "json",
                 .encoding = "json",
                 .user = "ada"};

TEST(proxy_json, an_event_says_whose_it_is_and_leaves_out_what_there_is_not) {
  caller stranger = ada;
  stranger.user.reset();
  EXPECT_EQ(encode(stranger, connect_event{}, payload_form::json).value(),
            R"({"client":"c1","transport":"websocket","protocol":"json","encoding":"json"})");
  EXPECT_EQ(encode(ada, refresh_event{}, payload_form::json).value(),
            R"({"client":"c1","transport":"websocket","protocol":"json","encoding":"json",)"
            R"("user":"ada"})");
}

TEST(proxy_json, every_event_has_its_fields) {
  const auto tail = [](const auto& event, payload_form form = payload_form::json) {
    caller nobody;
    nobody.user = "";
    nobody.meta = "{\"plan\":1}";
    const std::string body = encode(nobody, event, form).value();
    return body.substr(body.find("\"meta\":"));
  };
  const std::string meta = R"("meta":{"plan":1},)";
  EXPECT_EQ(tail(connect_event{"js", "1", "{\"a\":1}", {"x", "y\""}}),
            meta + R"("name":"js","version":"1","data":{"a":1},"channels":["x","y\""]})");
  EXPECT_EQ(tail(subscribe_event{"x", "t", "1"}), meta + R"("channel":"x","token":"t","data":1})");
  EXPECT_EQ(tail(publish_event{"x", "[\n1]"}), meta + R"("channel":"x","data":[1]})");
  EXPECT_EQ(tail(publish_event{"x", "hi"}, payload_form::base64),
            meta + R"("channel":"x","b64data":"aGk="})");
  EXPECT_EQ(tail(sub_refresh_event{"x"}), meta + R"("channel":"x"})");
  EXPECT_EQ(tail(rpc_event{"", "null"}), meta + R"("data":null})");
  EXPECT_EQ(tail(rpc_event{"sum", ""}), meta + R"("method":"sum"})");
  EXPECT_EQ(tail(disconnect_event{3000, "connection closed"}),
            meta + R"("code":3000,"reason":"connection closed"})");
  EXPECT_EQ(tail(unsubscribe_event{"x", 0, ""}), meta + R"("channel":"x","code":0,"reason":""})");
}

TEST(proxy_json, a_payload_that_is_no_json_needs_base64) {
  EXPECT_EQ(encode(ada, publish_event{"x", "\x01\x02"}, payload_form::json).error(),
            errc::not_json);
  EXPECT_EQ(encode(ada, publish_event{"x", "1}{"}, payload_form::json).error(), errc::not_json);
}

TEST(proxy_json, a_connect_result_has_all_this) {
  const auto answer = decode_reply<connect_result>(
      R"({"result":{"user":"ada","expire_at":1700000000,"info":{"n":1},"b64data":"AQI=",)"
      R"("channels":["a"],"meta":{"plan":1},"unknown":[],"subs":{"b":{"info":2,"data":{"x":1},)"
      R"("override":{"presence":{"value":true},"join_leave":{},"force_recovery":{"value":false},)"
      R"("force_positioning":null}}}}})");
  ASSERT_TRUE(answer.has_value());
  const auto& result = std::get<connect_result>(*answer);
  EXPECT_EQ(result.user, "ada");
  EXPECT_EQ(result.expire_at, 1'700'000'000);
  EXPECT_EQ(result.info, R"({"n":1})");
  EXPECT_EQ(result.data, "\x01\x02");
  EXPECT_EQ(result.channels, std::vector<std::string>{"a"});
  EXPECT_EQ(result.meta, R"({"plan":1})");
  ASSERT_EQ(result.subs.size(), 1U);
  EXPECT_EQ(result.subs[0].first, "b");
  EXPECT_EQ(result.subs[0].second.info, "2");
  EXPECT_EQ(result.subs[0].second.data, R"({"x":1})");
  EXPECT_EQ(result.subs[0].second.override,
            (channel_override{.presence = true, .join_leave = false, .force_recovery = false}));
}

TEST(proxy_json, results_of_the_other_events) {
  const auto refreshed =
      decode_reply<refresh_result>(R"({"result":{"expired":true,"expire_at":5,"b64info":"aGk="}})");
  EXPECT_TRUE(std::get<refresh_result>(*refreshed).expired);
  EXPECT_EQ(std::get<refresh_result>(*refreshed).expire_at, 5);
  EXPECT_EQ(std::get<refresh_result>(*refreshed).info, "hi");
  const auto published = decode_reply<publish_result>(
      R"({"result":{"data":{"a":1},"skip_history":true,"tags":{"k":"v"},"version":7}})");
  EXPECT_EQ(std::get<publish_result>(*published).data, R"({"a":1})");
  EXPECT_TRUE(std::get<publish_result>(*published).options.skip_history);
  EXPECT_EQ(std::get<publish_result>(*published).options.tags.at("k"), "v");
  EXPECT_EQ(std::get<publish_result>(*published).options.version, 7U);
  const auto called = decode_reply<rpc_result>(R"({"result":{"data":[1,2]}})");
  EXPECT_EQ(std::get<rpc_result>(*called).data, "[1,2]");
  EXPECT_TRUE(std::holds_alternative<noted>(*decode_reply<noted>(R"({"anything":1})")));
  EXPECT_EQ(std::get<rpc_result>(*decode_reply<rpc_result>("{}")).data, "");
  EXPECT_EQ(std::get<rpc_result>(*decode_reply<rpc_result>(R"({"result":null})")).data, "");
}

TEST(proxy_json, errors_and_disconnects_are_passed_on) {
  const auto refused =
      decode_reply<rpc_result>(R"({"error":{"code":1000,"message":"no","temporary":true}})");
  EXPECT_EQ(std::get<error>(*refused), (error{1000, "no", true}));
  const auto ended = decode_reply<rpc_result>(R"({"disconnect":{"code":4500,"reason":"go away"}})");
  EXPECT_EQ(std::get<application_disconnect>(*ended).code, 4500);
  EXPECT_EQ(std::get<application_disconnect>(*ended).reason, "go away");
}

TEST(proxy_json, a_reason_is_cut_to_what_a_close_frame_holds_between_two_letters) {
  std::string reason(122, 'x');
  reason += "\xc3\xa9";  // é, of which one byte would fit
  const auto ended =
      decode_reply<rpc_result>(R"({"disconnect":{"code":4500,"reason":")" + reason + "\"}}");
  EXPECT_EQ(std::get<application_disconnect>(*ended).reason, std::string(122, 'x'));
}

TEST(proxy_json, answers_of_other_forms_are_refused) {
  for (const char* body : {"",
                           "hello",
                           "[]",
                           "1",
                           R"({"result":[]})",
                           R"({"result":{"user":1}})",
                           R"({"result":{"channels":"x"}})",
                           R"({"result":{"subs":{"a":1}}})",
                           R"({"result":{"meta":[1]}})",
                           R"({"result":{"b64data":"%%"}})",
                           R"({"result":{"expire_at":-1}})",
                           R"({"result":{"expire_at":1e30}})",
                           R"({"result":{"expire_at":"soon"}})",
                           R"({"error":{}})",
                           R"({"error":{"code":0}})",
                           R"({"error":"no"})",
                           R"({"error":{"code":99999999999}})",
                           R"({"disconnect":{}})",
                           R"({"disconnect":{"code":1000}})",
                           R"({"disconnect":{"code":5000}})",
                           R"({"disconnect":{"code":4500,"reason":7}})"}) {
    EXPECT_FALSE(decode_reply<connect_result>(body).has_value()) << body;
  }
}

}  // namespace
}  // namespace troupe::protocol::proxy
