// ids.hpp — the names things go by, each a type of its own so that a user cannot be passed where a
// channel is meant. All are immutable values, cheap to hash, comparable, and safe to share.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::core {

template <typename Tag>
class text_id {
 public:
  text_id() = default;
  explicit text_id(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(const text_id&, const text_id&) = default;
  friend std::strong_ordering operator<=>(const text_id&, const text_id&) = default;

 private:
  std::string text_;
};

/// The token's `sub`. Empty for an anonymous user.
using user_id = text_id<struct user_id_tag>;

/// A channel as clients write it, prefix and namespace included ("$chat:room#alice").
using channel_name = text_id<struct channel_name_tag>;

/// One connection for as long as it lives: a version 4 UUID in its text form.
using client_id = text_id<struct client_id_tag>;

/// The UUID made of 128 random bits; its six version and variant bits replace those handed in.
[[nodiscard]] inline client_id make_client_id(std::span<const std::byte, 16> random_bits) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::byte, 16> bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = random_bits[i];
  bits[6] = (bits[6] & std::byte{0x0f}) | std::byte{0x40};
  bits[8] = (bits[8] & std::byte{0x3f}) | std::byte{0x80};
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[std::to_integer<std::size_t>(bits[i] >> 4)];
    text += digits[std::to_integer<std::size_t>(bits[i] & std::byte{0x0f})];
  }
  return client_id(std::move(text));
}

}  // namespace troupe::core

template <typename Tag>
struct std::hash<troupe::core::text_id<Tag>> {
  std::size_t operator()(const troupe::core::text_id<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(id.text());
  }
};
