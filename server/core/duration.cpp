#include "core/duration.hpp"

#include <cstdint>
#include <optional>

namespace troupe::core {
namespace {

using std::int64_t;

constexpr int64_t nanoseconds_max = INT64_MAX;
constexpr int fraction_digits_max = 9;

std::optional<int64_t> unit_nanoseconds(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\xc2\xb5s") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return 1'000'000'000;
  if (unit == "m") return 60'000'000'000;
  if (unit == "h") return 3'600'000'000'000;
  return std::nullopt;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_while(std::string_view& text, bool digits) {
  std::size_t length = 0;
  while (length < text.size() && (is_digit(text[length]) == digits) && text[length] != '.') {
    ++length;
  }
  std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

std::expected<int64_t, duration_errc> read_number(std::string_view digits, int64_t unit) {
  int64_t value = 0;
  for (char digit : digits) {
    if (__builtin_mul_overflow(value, int64_t{10}, &value) ||
        __builtin_add_overflow(value, int64_t{digit - '0'}, &value)) {
      return std::unexpected(duration_errc::too_large);
    }
  }
  if (__builtin_mul_overflow(value, unit, &value)) {
    return std::unexpected(duration_errc::too_large);
  }
  return value;
}

// The part after the point, in nanoseconds.
std::expected<int64_t, duration_errc> read_fraction(std::string_view digits, int64_t unit) {
  if (digits.size() > fraction_digits_max) return std::unexpected(duration_errc::too_fine);
  int64_t value = 0;
  int64_t scale = 1;
  for (char digit : digits) {
    value = value * 10 + (digit - '0');
    scale *= 10;
  }
  // value < 10^9 and unit <= 3.6 * 10^12: the product fits by way of 128 bits only.
  __extension__ using wide = __int128;
  const wide product = wide{value} * unit;
  if (product % scale != 0) return std::unexpected(duration_errc::too_fine);
  return static_cast<int64_t>(product / scale);
}

}  // namespace

std::expected<std::chrono::milliseconds, duration_errc> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  if (text.empty()) return std::unexpected(duration_errc::malformed);
  int64_t total = 0;
  while (!text.empty()) {
    const std::string_view whole = take_while(text, true);
    std::string_view fraction;
    if (!text.empty() && text.front() == '.') {
      text.remove_prefix(1);
      fraction = take_while(text, true);
    }
    if (whole.empty() && fraction.empty()) return std::unexpected(duration_errc::malformed);
    const std::string_view unit_text = take_while(text, false);
    if (unit_text.empty()) return std::unexpected(duration_errc::malformed);
    const auto unit = unit_nanoseconds(unit_text);
    if (!unit) return std::unexpected(duration_errc::unknown_unit);
    const auto number = read_number(whole, *unit);
    if (!number) return std::unexpected(number.error());
    const auto part = read_fraction(fraction, *unit);
    if (!part) return std::unexpected(part.error());
    if (*number > nanoseconds_max - *part || total > nanoseconds_max - *number - *part) {
      return std::unexpected(duration_errc::too_large);
    }
    total += *number + *part;
  }
  if (total % 1'000'000 != 0) return std::unexpected(duration_errc::too_fine);
  return std::chrono::milliseconds{total / 1'000'000};
}

std::string format_duration(std::chrono::milliseconds duration) {
  const int64_t total = duration.count();
  if (total == 0) return "0s";
  if (total % 1000 != 0) return std::to_string(total) + "ms";
  const int64_t seconds = total / 1000;
  std::string text;
  if (seconds >= 3600) text += std::to_string(seconds / 3600) + "h";
  if (seconds % 3600 >= 60) text += std::to_string(seconds % 3600 / 60) + "m";
  if (seconds % 60 != 0) text += std::to_string(seconds % 60) + "s";
  return text;
}

}  // namespace troupe::core
