#include "gateway/cross_origin.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

TEST(cross_origin, a_page_may_read_and_caches_are_told_that_the_answer_depends_on_it) {
  http::header_list request;
  request.add("Origin", "https://app.example.org");
  http::header_list response;
  let_read(request, response);
  EXPECT_EQ(response.find("Access-Control-Allow-Origin"), "https://app.example.org");
  EXPECT_EQ(response.find("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(response.find("Vary"), "Origin");
}

TEST(cross_origin, a_program_that_names_no_origin_is_told_nothing) {
  http::header_list response;
  let_read({}, response);
  EXPECT_FALSE(response.find("Access-Control-Allow-Origin"));
}

TEST(cross_origin, a_preflight_is_granted_the_headers_it_asks_for) {
  http::request request;
  request.method = "OPTIONS";
  request.headers.add("Origin", "https://app.example.org");
  request.headers.add("Access-Control-Request-Headers", "content-type");
  const auto answer = answer_preflight(request);
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(answer.headers.find("Access-Control-Allow-Origin"), "https://app.example.org");
  EXPECT_EQ(answer.headers.find("Access-Control-Allow-Headers"), "content-type");
  EXPECT_EQ(answer.headers.find("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
}

}  // namespace
}  // namespace troupe::gateway
