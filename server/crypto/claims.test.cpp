#include "crypto/claims.hpp"

#include <gtest/gtest.h>

namespace troupe::crypto {
namespace {

constexpr sys_seconds at(std::int64_t seconds) {
  return sys_seconds{std::chrono::seconds{seconds}};
}

TEST(claims, a_connection_token_says_all_this) {
  const auto claims = read_connection_claims(R"({
    "sub": "alice", "exp": 200, "nbf": 100.9, "iat": 100, "jti": "t1", "aud": ["a", "b"],
    "iss": "me", "info": {"name": "Alice", "n": [1, 2]}, "channels": ["x", "y"],
    "meta": {"plan": 1}, "expire_at": 300, "unknown": {"is": "skipped"},
    "subs": {"news": {"info": 1, "b64data": "AAE=", "override": {"presence": {"value": true}}}}
  })");
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->subject, "alice");
  EXPECT_EQ(claims->expires, at(200));
  EXPECT_EQ(claims->not_before, at(100));
  EXPECT_EQ(claims->issued, at(100));
  EXPECT_EQ(claims->token_id, "t1");
  EXPECT_EQ(claims->audience, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(claims->issuer, "me");
  EXPECT_EQ(claims->info, R"({"name":"Alice","n":[1,2]})");
  EXPECT_EQ(claims->channels, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(claims->meta, R"({"plan":1})");
  EXPECT_EQ(claims->ends(), at(300));
  ASSERT_EQ(claims->subs.size(), 1U);
  EXPECT_EQ(claims->subs[0].first, "news");
  EXPECT_EQ(claims->subs[0].second.info, "1");
  EXPECT_EQ(claims->subs[0].second.data, std::string("\0\1", 2));
  EXPECT_EQ(claims->subs[0].second.override, (subscription_override{.presence = true}));
}

TEST(claims, a_subscription_token_says_all_this) {
  const auto claims = read_subscription_claims(R"({
    "sub": "alice", "channel": "$chat", "client": "c1", "b64info": "aGk=", "info": "loses",
    "data": {"k": null}, "expire_at": 0, "exp": 200, "aud": "one",
    "override": {"join_leave": {"value": false}, "force_recovery": {"value": true},
                 "force_positioning": {"value": true}, "force_push_join_leave": {"value": true},
                 "presence": {}}
  })");
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->channel, "$chat");
  EXPECT_EQ(claims->client, "c1");
  EXPECT_EQ(claims->info, "hi");
  EXPECT_EQ(claims->data, R"({"k":null})");
  EXPECT_EQ(claims->audience, std::vector<std::string>{"one"});
  EXPECT_EQ(claims->override, (subscription_override{.presence = false,
                                                     .join_leave = false,
                                                     .force_recovery = true,
                                                     .force_positioning = true,
                                                     .force_push_join_leave = true}));
  EXPECT_EQ(claims->ends(), std::nullopt);
}

TEST(claims, an_empty_token_is_an_anonymous_user_for_ever) {
  const auto claims = read_connection_claims("{}");
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->subject, "");
  EXPECT_EQ(claims->ends(), std::nullopt);
}

TEST(claims, null_is_absent) {
  const auto claims =
      read_connection_claims(R"({"sub":null,"exp":null,"channel":null,"subs":null})");
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->expires, std::nullopt);
}

TEST(claims, a_connection_ends_with_its_token_where_nothing_else_is_said) {
  EXPECT_EQ(read_connection_claims(R"({"exp":200})")->ends(), at(200));
}

TEST(claims, refuses_what_is_no_object_or_has_a_key_twice) {
  for (const char* json :
       {"", "[]", "1", "\"x\"", "{", "{}{}", "{\"sub\":\"a\",\"sub\":\"b\"}", "{'sub':1}",
        "{\"info\":{\"a\":1,\"a\":2}}", "{\"info\":[{\"a\":1,\"a\":2}]}", "{\"sub\":\"\xff\"}"}) {
    EXPECT_EQ(read_connection_claims(json).error(), claims_errc::malformed) << json;
  }
}

TEST(claims, refuses_json_nested_too_deep) {
  const auto nested = [](std::size_t depth) {
    return "{\"info\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(read_connection_claims(nested(20)).has_value());
  EXPECT_EQ(read_connection_claims(nested(40)).error(), claims_errc::malformed);
  EXPECT_EQ(read_connection_claims(nested(4000)).error(), claims_errc::malformed);
}

TEST(claims, refuses_claims_of_the_wrong_type_or_range) {
  for (const char* json : {R"({"sub":1})",
                           R"({"exp":"200"})",
                           R"({"exp":-1})",
                           R"({"exp":1e300})",
                           R"({"exp":253402300800})",
                           R"({"nbf":true})",
                           R"({"iat":[]})",
                           R"({"jti":{}})",
                           R"({"aud":1})",
                           R"({"aud":[1]})",
                           R"({"iss":[]})",
                           R"({"channels":"x"})",
                           R"({"channels":[1]})",
                           R"({"subs":[]})",
                           R"({"subs":{"x":1}})",
                           R"({"meta":"m"})",
                           R"({"expire_at":"0"})",
                           R"({"b64info":"!"})",
                           R"({"b64info":"aGk"})",
                           R"({"subs":{"x":{"b64data":"?"}}})",
                           R"({"subs":{"x":{"override":1}}})",
                           R"({"subs":{"x":{"override":{"presence":true}}}})",
                           R"({"subs":{"x":{"override":{"presence":{"value":1}}}}})"}) {
    EXPECT_EQ(read_connection_claims(json).error(), claims_errc::bad_claim) << json;
  }
  EXPECT_EQ(read_connection_claims("{\"sub\":\"" + std::string(256, 'u') + "\"}").error(),
            claims_errc::bad_claim);
}

TEST(claims, a_channel_in_a_connection_token_shows_the_wrong_purpose) {
  EXPECT_EQ(read_connection_claims(R"({"channel":"x"})").error(), claims_errc::wrong_purpose);
  EXPECT_EQ(read_connection_claims(R"({"channel":""})").error(), claims_errc::wrong_purpose);
}

TEST(claims, a_subscription_token_needs_its_channel) {
  for (const char* json : {"{}", R"({"channel":""})", R"({"channel":1})",
                           R"({"channel":"x","client":1})", R"({"channel":"x","override":[]})"}) {
    EXPECT_EQ(read_subscription_claims(json).error(), claims_errc::bad_claim) << json;
  }
  EXPECT_EQ(read_subscription_claims("[]").error(), claims_errc::malformed);
}

TEST(claims, what_is_written_is_read_back) {
  connection_claims connection;
  connection.subject = "al\"ice";
  connection.expires = at(200);
  connection.not_before = at(100);
  connection.issued = at(100);
  connection.token_id = "t";
  connection.audience = {"a", "b"};
  connection.issuer = "i";
  connection.info = R"({"a":1})";
  connection.expire_at = 0;
  connection.channels = {"x"};
  connection.meta = "{}";
  EXPECT_EQ(write_claims(connection),
            R"({"sub":"al\"ice","exp":200,"nbf":100,"iat":100,"jti":"t","aud":["a","b"],)"
            R"("iss":"i","info":{"a":1},"expire_at":0,"channels":["x"],"meta":{}})");
  EXPECT_EQ(read_connection_claims(write_claims(connection))->subject, "al\"ice");

  subscription_claims subscription;
  subscription.channel = "$x";
  subscription.client = "c";
  subscription.data = "1";
  EXPECT_EQ(write_claims(subscription), R"({"channel":"$x","client":"c","data":1})");
  EXPECT_EQ(write_claims(connection_claims{}), "{}");
}

}  // namespace
}  // namespace troupe::crypto
