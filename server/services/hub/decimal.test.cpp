#include "services/hub/decimal.hpp"

#include <array>

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

TEST(a_decimal, is_ordered_by_value) {
  constexpr std::array ascending = {"-100.5",
                                    "-100",
                                    "-99.99",
                                    "-0.02",
                                    "-.01",
                                    "0",
                                    "0.001",
                                    ".01",
                                    "0.1",
                                    "2",
                                    "10",
                                    "10.05",
                                    "10.5",
                                    "+11",
                                    "99999999999999999998",
                                    "99999999999999999999"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(decimal::parse(ascending[i]).value() <=> decimal::parse(ascending[j]).value(),
                i <=> j)
          << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(a_decimal, is_the_same_however_it_is_written) {
  for (const auto& [a, b] : std::initializer_list<std::pair<const char*, const char*>>{
           {"1", "1.0"}, {"1", "+1"}, {"007", "7"}, {"-0", "0.0"}, {".5", "0.50"}, {"1.", "1"}}) {
    EXPECT_EQ(decimal::parse(a).value(), decimal::parse(b).value()) << a << " and " << b;
  }
}

TEST(a_decimal, is_nothing_but_digits_a_sign_and_a_point) {
  for (const char* text : {"", "-", "+", ".", "-.", "1e5", " 1", "1 ", "0x1", "1,5", "1.2.3", "--1",
                           "1-", "NaN", "inf", "１"}) {
    EXPECT_FALSE(decimal::parse(text)) << text;
  }
}

}  // namespace
}  // namespace troupe::hub
