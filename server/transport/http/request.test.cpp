#include "transport/http/request.hpp"

#include <gtest/gtest.h>

namespace troupe::http {
namespace {

TEST(header_list, finds_a_name_without_regard_to_case) {
  header_list headers;
  headers.add("X-API-Key", "first");
  headers.add("x-api-key", "second");
  EXPECT_EQ(headers.find("x-Api-kEY"), "first");
  EXPECT_EQ(headers.count("X-API-KEY"), 2U);
  EXPECT_EQ(headers.find("X-API"), std::nullopt);
}

TEST(header_list, reads_a_list_over_all_fields_of_a_name) {
  header_list headers;
  headers.add("Connection", " keep-alive ,, Upgrade");
  headers.add("connection", "close");
  EXPECT_EQ(headers.list("Connection"),
            (std::vector<std::string_view>{"keep-alive", "Upgrade", "close"}));
  EXPECT_TRUE(headers.has_token("Connection", "upgrade"));
  EXPECT_FALSE(headers.has_token("Connection", "up"));
  EXPECT_TRUE(headers.list("Accept").empty());
}

}  // namespace
}  // namespace troupe::http
