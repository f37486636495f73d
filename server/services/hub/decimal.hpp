// decimal.hpp — numbers as people write them in tags, compared exactly: "0.1" is a tenth, and a
// price of twenty digits loses none of them.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace troupe::hub {

/// A sign, digits and a fraction: "-12.50", "+3", ".5". Borrows the text.
class decimal {
 public:
  /// Nothing: no number. Neither are exponents, spaces and digits of other scripts.
  static std::optional<decimal> parse(std::string_view text) noexcept;

  /// By value: "1.0" equals "1", and "-0" equals "0".
  friend std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept;
  friend bool operator==(const decimal& a, const decimal& b) noexcept { return (a <=> b) == 0; }

 private:
  bool negative_ = false;      // never for zero
  std::string_view whole_;     // without leading zeros
  std::string_view fraction_;  // without trailing zeros
};

}  // namespace troupe::hub
