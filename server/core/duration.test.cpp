#include "core/duration.hpp"

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

using namespace std::chrono_literals;

TEST(duration, reads_numbers_with_units) {
  EXPECT_EQ(parse_duration("25s").value(), 25s);
  EXPECT_EQ(parse_duration("300ms").value(), 300ms);
  EXPECT_EQ(parse_duration("720h").value(), 720h);
  EXPECT_EQ(parse_duration("1h30m").value(), 90min);
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration(".5s").value(), 500ms);
  EXPECT_EQ(parse_duration("1.5h").value(), 90min);
  EXPECT_EQ(parse_duration("2000us").value(), 2ms);
  EXPECT_EQ(parse_duration("0").value(), 0ms);
  EXPECT_EQ(parse_duration("0s").value(), 0ms);
}

TEST(duration, refuses_what_is_no_duration) {
  for (const char* text : {"", "s", "25", "-5s", "1h30", "1..5s", ".s", "+1s"}) {
    EXPECT_EQ(parse_duration(text).error(), duration_errc::malformed) << text;
  }
}

TEST(duration, refuses_an_unknown_unit) {
  EXPECT_EQ(parse_duration("2d").error(), duration_errc::unknown_unit);
  EXPECT_EQ(parse_duration("5sec").error(), duration_errc::unknown_unit);
  EXPECT_EQ(parse_duration("5 s").error(), duration_errc::unknown_unit);
  EXPECT_EQ(parse_duration("5s ").error(), duration_errc::unknown_unit);
}

TEST(duration, refuses_what_does_not_fit) {
  EXPECT_EQ(parse_duration("99999999999999999999s").error(), duration_errc::too_large);
  EXPECT_EQ(parse_duration("3000000000h").error(), duration_errc::too_large);
  EXPECT_EQ(parse_duration("2000000h2000000h").error(), duration_errc::too_large);
}

TEST(duration, refuses_less_than_a_millisecond) {
  EXPECT_EQ(parse_duration("1us").error(), duration_errc::too_fine);
  EXPECT_EQ(parse_duration("0.0001s").error(), duration_errc::too_fine);
  EXPECT_EQ(parse_duration("0.0000000001s").error(), duration_errc::too_fine);
}

TEST(duration, prints_what_it_reads) {
  for (const char* text : {"0s", "25s", "1h30m", "1500ms", "720h", "1h1s", "1m"}) {
    EXPECT_EQ(format_duration(parse_duration(text).value()), text);
  }
}

}  // namespace
}  // namespace troupe::core
