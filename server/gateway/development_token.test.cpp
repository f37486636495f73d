#include "gateway/development_token.hpp"

#include <gtest/gtest.h>

#include "crypto/jwt.hpp"

namespace troupe::gateway {
namespace {

const crypto::hmac_key& key() {
  static const crypto::hmac_key secret("a-secret-of-thirty-two-bytes-or-more");
  return secret;
}
constexpr wall_time now{std::chrono::sys_days(std::chrono::January / 1 / 2026)};

http::request ask(std::string body, std::string_view host = "127.0.0.1:8000") {
  http::request request;
  request.method = "POST";
  request.path = "/dev/token";
  request.headers.add("Host", host);
  request.body = std::move(body);
  return request;
}

http::response answer(const http::request& request, const char* peer = "127.0.0.1") {
  return answer_development_token(request, {peer, 50'000}, key(), {}, now);
}

TEST(development_token, names_the_user_for_a_day) {
  for (const std::string_view host :
       {"127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:80"}) {
    const http::response response = answer(ask(R"({"user":"ada"})", host));
    ASSERT_EQ(response.status, 200U) << host;
    constexpr std::string_view before = R"({"token":")";
    ASSERT_TRUE(response.body.starts_with(before));
    const std::string token =
        response.body.substr(before.size(), response.body.find('"', before.size()) - before.size());
    const auto claims = crypto::verify_connection_token(
        token, key(), {}, std::chrono::floor<std::chrono::seconds>(now));
    ASSERT_TRUE(claims) << response.body;
    EXPECT_EQ(claims->subject, "ada");
    EXPECT_EQ(*claims->expires - std::chrono::floor<std::chrono::seconds>(now),
              std::chrono::hours(24));
    EXPECT_EQ(response.headers.find("Cache-Control"), "no-store");
  }
}

TEST(development_token, a_name_may_be_in_any_language) {
  EXPECT_EQ(answer(ask(R"({"user":"Zoë 🎭"})")).status, 200U);
  EXPECT_EQ(answer(ask("{\"user\":\"" + std::string(64, 'x') + "\"}")).status, 200U);
}

TEST(development_token, a_name_that_is_none_is_400) {
  for (const std::string body :
       {"", "{}", "hello", "[]", R"({"user":""})", R"({"user":7})", R"({"user":"a\u0007"})",
        R"({"user":"a\u0085"})", R"({"user":"a\nb"})"}) {
    EXPECT_EQ(answer(ask(body)).status, 400U) << body;
  }
  EXPECT_EQ(answer(ask("{\"user\":\"" + std::string(65, 'x') + "\"}")).status, 400U);
}

TEST(development_token, nobody_from_elsewhere_gets_one) {
  EXPECT_EQ(answer(ask(R"({"user":"eve"})"), "192.0.2.7").status, 404U);
  EXPECT_EQ(answer(ask(R"({"user":"eve"})"), "").status, 404U);
  EXPECT_EQ(answer(ask(R"({"user":"eve"})", "evil.example.com")).status, 404U);
  EXPECT_EQ(answer(ask(R"({"user":"eve"})", "127.0.0.1.evil.example.com:8000")).status, 404U);
  http::request proxied = ask(R"({"user":"eve"})");
  proxied.headers.add("X-Forwarded-For", "192.0.2.7");
  EXPECT_EQ(answer(proxied).status, 404U);
}

TEST(development_token, a_page_of_another_origin_gets_none) {
  http::request foreign = ask(R"({"user":"eve"})");
  foreign.headers.add("Origin", "https://evil.example.com");
  EXPECT_EQ(answer(foreign).status, 403U);
  http::request own = ask(R"({"user":"ada"})");
  own.headers.add("Origin", "http://127.0.0.1:8000");
  EXPECT_EQ(answer(own).status, 200U);
}

TEST(development_token, is_had_by_post_alone) {
  http::request get = ask("");
  get.method = "GET";
  const http::response response = answer(get);
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.headers.find("Allow"), "POST");
}

}  // namespace
}  // namespace troupe::gateway
