#include "protocol/json_text.hpp"

#include <gtest/gtest.h>

namespace troupe::protocol {
namespace {

errc refusal(std::string_view text) {
  auto checked = check_json(text);
  EXPECT_FALSE(checked) << text;
  return checked ? errc::bad_base64 : checked.error();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(check_json, accepts_every_kind_of_value) {
  for (std::string_view text : {
           "null",
           "true",
           "false",
           "0",
           "-0",
           "12",
           "-1.5e+10",
           "1E5",
           "0.0e-0",
           R"("")",
           R"("a\"\\\/\b\f\n\r\t\u00e9")",
           "[]",
           "{}",
           " [ 1 , [ ] , { } ] ",
           R"({"a":{"b":[1,{"c":null}]},"d":"}"})",
           "\t\r\n{}\n",
           R"({"a":1,"a":2})",
           "\"\xE2\x82\xAC\"",
           "123456789012345678901234567890.123456789012345678901234567890e99999999999999999999",
       }) {
    EXPECT_TRUE(check_json(text)) << text;
  }
}

TEST(check_json, accepts_half_a_surrogate_pair_as_browsers_write_it) {
  EXPECT_TRUE(check_json(R"("\ud83d")"));
  EXPECT_TRUE(check_json(R"("\ude00\ud83d")"));
}

TEST(check_json, refuses_what_is_not_json) {
  for (std::string_view text : {
           "nul",       "nulll",    "True",       "NaN",       "01",          "1.",
           ".5",        "+1",       "-",          "1e",        "1e+",         "0x1",
           "'a'",       "\"",       "\"a",        "\"\\x\"",   "\"\\u12g4\"", "\"\\u12",
           "\"\\",      "\"a\nb\"", "[",          "[1",        "[1,",         "[1,]",
           "[,1]",      "]",        "[}",         "{",         "{]",          "{\"a\"",
           "{\"a\":",   "{\"a\":}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}",       "{1:1}",
           "{,}",       "{}{}",     "1 2",        "[] x",      "\x01",        "\xEF\xBB\xBF{}",
           "{\"a\":1]", "[1}",      "[\"a\":1]",
       }) {
    EXPECT_EQ(refusal(text), errc::malformed) << text;
  }
  EXPECT_EQ(refusal(std::string_view("\"a\0b\"", 5)), errc::malformed);
}

TEST(check_json, refuses_text_that_is_not_utf8) {
  EXPECT_EQ(refusal("\"\xFF\""), errc::malformed);
  EXPECT_EQ(refusal("\"\xED\xA0\x80\""), errc::malformed);
  EXPECT_EQ(refusal("\"\xE2\x82"), errc::malformed);
}

TEST(check_json, refuses_nothing_at_all) {
  EXPECT_EQ(refusal(""), errc::empty);
  EXPECT_EQ(refusal(" \n\t\r"), errc::empty);
}

TEST(check_json, refuses_what_is_nested_too_deep) {
  EXPECT_TRUE(check_json(nested(json_depth_max)));
  EXPECT_EQ(refusal(nested(json_depth_max + 1)), errc::too_deep);
  EXPECT_EQ(refusal(std::string(100'000, '[')), errc::too_deep);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(refusal(objects), errc::too_deep);
  EXPECT_TRUE(check_json("[" + nested(63) + "," + nested(63) + "]")) << "depth is not a sum";
}

std::string as_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(append_json_string, escapes_what_must_be_escaped) {
  EXPECT_EQ(as_string(""), R"("")");
  EXPECT_EQ(as_string("plain/text"), R"("plain/text")");
  EXPECT_EQ(as_string("a\"b\\c\nd\re\tf"), R"("a\"b\\c\nd\re\tf")");
  EXPECT_EQ(as_string(std::string_view("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\x7F\"");
  EXPECT_EQ(as_string("\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST(append_json_string, is_valid_whatever_comes_in) {
  EXPECT_EQ(as_string("a\xFFz\xE2\x82"), R"("a\ufffdz\ufffd\ufffd")");
  EXPECT_EQ(as_string("\xED\xA0\x80"), R"("\ufffd\ufffd\ufffd")");
  for (int first = 0; first < 256; ++first) {
    for (int second : {0x00, 0x22, 0x5C, 0x61, 0x80, 0xBF, 0xC2, 0xE0, 0xF0, 0xFF}) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      EXPECT_TRUE(check_json(as_string(text))) << first << ' ' << second;
    }
  }
}

TEST(append_json_line, drops_line_breaks_between_tokens) {
  std::string out = "x";
  append_json_line(out, "{\r\n  \"a\\n\": [\n1,\n2]\n}");
  EXPECT_EQ(out, "x{  \"a\\n\": [1,2]}");
}

}  // namespace
}  // namespace troupe::protocol
