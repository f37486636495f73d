#include "transport/http/query.hpp"

#include <gtest/gtest.h>

namespace troupe::http {
namespace {

TEST(query, decodes_percent_escapes) {
  EXPECT_EQ(percent_decode("a%20b%2Fc%2fd"), "a b/c/d");
  EXPECT_EQ(percent_decode("%E2%82%AC"), "\xE2\x82\xAC");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(query, refuses_escapes_that_are_cut_or_not_hexadecimal) {
  for (std::string_view text : {"%", "%2", "a%", "%zz", "%2g", "%-1"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
}

TEST(query, finds_a_parameter_by_its_decoded_name) {
  constexpr std::string_view query = "format=protobuf&api%5Fkey=a%2Bb+c&empty=&bare&format=json";
  EXPECT_EQ(query_parameter(query, "format"), "protobuf") << "the first of two";
  EXPECT_EQ(query_parameter(query, "api_key"), "a+b c");
  EXPECT_EQ(query_parameter(query, "empty"), "");
  EXPECT_EQ(query_parameter(query, "bare"), "");
  EXPECT_EQ(query_parameter(query, "form"), std::nullopt);
  EXPECT_EQ(query_parameter("", "format"), std::nullopt);
}

TEST(query, has_no_value_where_it_cannot_be_decoded) {
  EXPECT_EQ(query_parameter("a=%zz", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("%zz=1&a=2", "a"), "2");
}

TEST(query, takes_a_value_with_an_equals_sign_whole) {
  EXPECT_EQ(query_parameter("token=abc==&x=1", "token"), "abc==");
}

}  // namespace
}  // namespace troupe::http
