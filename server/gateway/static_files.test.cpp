#include "gateway/static_files.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

const web::asset page{"/index.html", "text/html; charset=utf-8", "\"v1\"", "<p>hello", false};
const web::asset script{"/assets/a-1.js", "text/javascript", "\"v2\"", "x()", true};

http::response get(const web::asset& file, std::string_view known = {}) {
  http::request request;
  request.method = "GET";
  if (!known.empty()) request.headers.add("If-None-Match", known);
  return serve_file(request, file);
}

TEST(static_files, the_page_comes_with_its_policy_and_is_asked_for_each_time) {
  const http::response response = get(page);
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "<p>hello");
  EXPECT_EQ(response.headers.find("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(response.headers.find("Cache-Control"), "no-cache");
  EXPECT_EQ(response.headers.find("ETag"), "\"v1\"");
  EXPECT_EQ(response.headers.find("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.headers.find("Referrer-Policy"), "no-referrer");
  EXPECT_TRUE(
      response.headers.find("Content-Security-Policy")->starts_with("default-src 'self'; "));
}

TEST(static_files, a_file_named_for_its_content_may_be_kept_for_ever) {
  EXPECT_EQ(get(script).headers.find("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST(static_files, a_version_the_client_has_is_not_sent_again) {
  for (const std::string_view known : {"\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "*"}) {
    const http::response response = get(page, known);
    EXPECT_EQ(response.status, 304U) << known;
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(response.headers.find("ETag"), "\"v1\"");
  }
  EXPECT_EQ(get(page, "\"v2\"").status, 200U);
}

TEST(static_files, only_get_and_head_read_files) {
  http::request request;
  request.method = "POST";
  const http::response response = serve_file(request, page);
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.headers.find("Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace troupe::gateway
