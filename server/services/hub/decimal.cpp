#include "services/hub/decimal.hpp"

#include <algorithm>

namespace troupe::hub {
namespace {

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<decimal> decimal::parse(std::string_view text) noexcept {
  decimal number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative_ = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::size_t point = text.find('.');
  number.whole_ = text.substr(0, point);
  if (point != std::string_view::npos) number.fraction_ = text.substr(point + 1);
  const bool has_digits = !number.whole_.empty() || !number.fraction_.empty();
  if (!has_digits || !all_digits(number.whole_) || !all_digits(number.fraction_)) {
    return std::nullopt;
  }
  number.whole_.remove_prefix(std::min(number.whole_.find_first_not_of('0'), number.whole_.size()));
  while (number.fraction_.ends_with('0')) number.fraction_.remove_suffix(1);
  if (number.whole_.empty() && number.fraction_.empty()) number.negative_ = false;
  return number;
}

std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept {
  if (a.negative_ != b.negative_) return b.negative_ <=> a.negative_;
  const decimal& low = a.negative_ ? b : a;
  const decimal& high = a.negative_ ? a : b;
  if (const auto order = low.whole_.size() <=> high.whole_.size(); order != 0) return order;
  if (const auto order = low.whole_ <=> high.whole_; order != 0) return order;
  return low.fraction_ <=> high.fraction_;
}

}  // namespace troupe::hub
