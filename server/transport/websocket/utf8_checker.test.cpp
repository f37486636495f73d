#include "transport/websocket/utf8_checker.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::websocket {
namespace {

using verdict = utf8_checker::verdict;

// The first byte at which a text, fed byte by byte, is refused; -1 when it never is.
int refused_at(std::string_view text) {
  utf8_checker checker;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (checker.feed(text.substr(i, 1)) == verdict::invalid) return static_cast<int>(i);
  }
  return -1;
}

TEST(utf8_checker, accepts_the_first_and_the_last_character_of_each_length) {
  for (std::string_view text :
       {"\x01", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    utf8_checker checker;
    EXPECT_EQ(checker.feed(text), verdict::valid_so_far) << text;
    EXPECT_TRUE(checker.at_boundary()) << text;
    EXPECT_EQ(refused_at(text), -1) << text;
  }
}

TEST(utf8_checker, refuses_at_the_first_byte_that_cannot_follow) {
  EXPECT_EQ(refused_at("ab\x80"), 2) << "a continuation with no lead";
  EXPECT_EQ(refused_at("\xC0\x80"), 0) << "an overlong form";
  EXPECT_EQ(refused_at("\xC1\xBF"), 0) << "an overlong form";
  EXPECT_EQ(refused_at("\xE0\x9F\xBF"), 1) << "an overlong form";
  EXPECT_EQ(refused_at("\xED\xA0\x80"), 1) << "a surrogate";
  EXPECT_EQ(refused_at("\xF0\x8F\xBF\xBF"), 1) << "an overlong form";
  EXPECT_EQ(refused_at("\xF4\x90\x80\x80"), 1) << "above U+10FFFF";
  EXPECT_EQ(refused_at("\xF5\x80\x80\x80"), 0);
  EXPECT_EQ(refused_at("\xFF"), 0);
  EXPECT_EQ(refused_at("\xE2\x82x"), 2) << "a character cut short";
}

TEST(utf8_checker, is_not_at_a_boundary_within_a_character) {
  utf8_checker checker;
  EXPECT_EQ(checker.feed("long enough ascii text \xE2\x82"), verdict::valid_so_far);
  EXPECT_FALSE(checker.at_boundary());
  EXPECT_EQ(checker.feed("\xAC and more ascii text"), verdict::valid_so_far);
  EXPECT_TRUE(checker.at_boundary());
}

TEST(utf8_checker, finds_an_error_behind_long_ascii) {
  const std::string text = std::string(1000, 'a') + "\xFF" + std::string(100, 'b');
  utf8_checker checker;
  EXPECT_EQ(checker.feed(text), verdict::invalid);
}

}  // namespace
}  // namespace troupe::websocket
