#include "core/printable.hpp"

#include <string>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

std::string whole(std::string_view text) {
  return printable(text, 1000);
}

TEST(printable, passes_what_can_be_read) {
  EXPECT_EQ(whole(""), R"("")");
  EXPECT_EQ(whole("chat:room 1"), R"("chat:room 1")");
  EXPECT_EQ(whole("Zoë, 東京, 🎭"), R"("Zoë, 東京, 🎭")");
}

TEST(printable, keeps_a_hostile_text_on_one_line) {
  EXPECT_EQ(whole("a\nb\r\tc"), R"("a\nb\u000d\tc")");
  EXPECT_EQ(whole("a\u2028b\u0085c"), R"("a\u2028b\u0085c")");
}

TEST(printable, lets_no_quote_end_the_text) {
  EXPECT_EQ(whole(R"(" user="root)"), R"("\" user=\"root")");
  EXPECT_EQ(whole(R"(\")"), R"("\\\"")");
}

TEST(printable, escapes_what_drives_a_terminal) {
  EXPECT_EQ(whole("\x1b[2J"), R"("\u001b[2J")");
  EXPECT_EQ(whole("\u009b2J\x7f"), R"("\u009b2J\u007f")");
  EXPECT_EQ(whole(std::string(1, '\0')), R"("\u0000")");
}

TEST(printable, escapes_what_is_invisible_or_turns_the_line) {
  EXPECT_EQ(whole("a\u202eb\u2066c\ufeff\u200b"), R"("a\u202eb\u2066c\ufeff\u200b")");
  EXPECT_EQ(whole("\U000e0041"), R"("\ufffd")");
}

TEST(printable, replaces_each_byte_that_is_no_utf_8) {
  EXPECT_EQ(whole("a\xff\xfe"), R"("a\ufffd\ufffd")");
  EXPECT_EQ(whole("\xc0\xaf"), R"("\ufffd\ufffd")");                      // "/", overlong
  EXPECT_EQ(whole("\xe0\x80\xaf"), R"("\ufffd\ufffd\ufffd")");            // overlong again
  EXPECT_EQ(whole("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");            // half a surrogate pair
  EXPECT_EQ(whole("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");  // past U+10FFFF
  EXPECT_EQ(whole("\xe6\x9d"), R"("\ufffd\ufffd")");                      // cut short
  EXPECT_EQ(whole("\xe6\x9dx"), R"("\ufffd\ufffdx")");
}

TEST(printable, cuts_a_long_text_between_characters_and_says_so) {
  EXPECT_EQ(printable("abcdef", 6), R"("abcdef")");
  EXPECT_EQ(printable("abcdef", 5), R"("abcde… 1 bytes more")");
  EXPECT_EQ(printable("ab東京", 6), R"("ab東… 3 bytes more")");
  EXPECT_EQ(printable("x", 0), R"("… 1 bytes more")");
}

TEST(printable, stays_within_six_times_its_bound) {
  const std::string flood(1'000'000, '\x01');
  EXPECT_LE(printable(flood, 100).size(), 100U * 6 + 32);
}

}  // namespace
}  // namespace troupe::core
