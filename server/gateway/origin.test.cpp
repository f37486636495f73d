#include "gateway/origin.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

bool allowed(std::string_view host, std::string_view origin, std::vector<std::string> list = {}) {
  http::header_list headers;
  headers.add("Host", host);
  headers.add("Origin", origin);
  return origin_allowed(headers, list);
}

TEST(origin, a_program_that_names_none_is_let_through) {
  http::header_list headers;
  headers.add("Host", "127.0.0.1:8000");
  EXPECT_TRUE(origin_allowed(headers, {}));
}

TEST(origin, the_server_s_own_pages_are_always_allowed) {
  EXPECT_TRUE(allowed("127.0.0.1:8000", "http://127.0.0.1:8000"));
  EXPECT_TRUE(allowed("[::1]:8000", "http://[::1]:8000"));
  EXPECT_TRUE(allowed("Chat.Example.org", "https://chat.example.org"));
  EXPECT_TRUE(allowed("chat.example.org:443", "https://chat.example.org"));
  EXPECT_TRUE(allowed("chat.example.org:80", "http://chat.example.org"));
}

TEST(origin, another_host_or_port_is_another_origin) {
  EXPECT_FALSE(allowed("127.0.0.1:8000", "http://127.0.0.1:8001"));
  EXPECT_FALSE(allowed("127.0.0.1:8000", "http://127.0.0.1"));
  EXPECT_FALSE(allowed("127.0.0.1:8000", "http://evil.example.com"));
  EXPECT_FALSE(allowed("chat.example.org:443", "http://chat.example.org"));
  EXPECT_FALSE(allowed("127.0.0.1:8000", "null"));
  EXPECT_FALSE(allowed("127.0.0.1:8000", "ftp://127.0.0.1:8000"));
  EXPECT_FALSE(allowed("", "http://"));
  EXPECT_FALSE(allowed("127.0.0.1:8000", ""));
}

TEST(origin, a_star_in_the_list_stands_for_any_text) {
  const std::vector<std::string> list = {"https://*.example.org", "http://localhost:*"};
  EXPECT_TRUE(allowed("a", "https://app.example.org", list));
  EXPECT_TRUE(allowed("a", "https://APP.Example.org", list));
  EXPECT_TRUE(allowed("a", "https://a.b.example.org", list));
  EXPECT_TRUE(allowed("a", "http://localhost:5173", list));
  EXPECT_FALSE(allowed("a", "https://example.org", list));
  EXPECT_FALSE(allowed("a", "https://app.example.org.evil.example.com", list));
  EXPECT_FALSE(allowed("a", "http://app.example.org", list));
  EXPECT_FALSE(allowed("a", "http://localhost", list));
}

TEST(origin, the_list_is_compared_letter_by_letter) {
  const std::vector<std::string> list = {"https://app.example.org"};
  EXPECT_TRUE(allowed("a", "https://app.example.org", list));
  EXPECT_FALSE(allowed("a", "https://app.example.org.evil.example.com", list));
  EXPECT_FALSE(allowed("a", "http://app.example.org", list));
  EXPECT_FALSE(allowed("a", "https://app.example.org:8443", list));
}

TEST(origin, a_star_allows_any) {
  EXPECT_TRUE(allowed("a", "https://anything.example.com", {"*"}));
  EXPECT_TRUE(allowed("a", "null", {"*"}));
}

TEST(origin, two_of_them_are_refused) {
  http::header_list headers;
  headers.add("Host", "a");
  headers.add("Origin", "http://a");
  headers.add("Origin", "http://evil.example.com");
  EXPECT_FALSE(origin_allowed(headers, {}));
}

TEST(origin, the_name_of_a_host_is_found_with_and_without_a_port) {
  EXPECT_EQ(host_name("localhost:8000"), "localhost");
  EXPECT_EQ(host_name("localhost"), "localhost");
  EXPECT_EQ(host_name("[::1]:8000"), "[::1]");
  EXPECT_EQ(host_name("[::1]"), "[::1]");
  EXPECT_EQ(host_name("[::1"), "[::1");
  EXPECT_EQ(host_name(""), "");
}

}  // namespace
}  // namespace troupe::gateway
