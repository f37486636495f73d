#include "core/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace troupe::core {
namespace {

constexpr std::array<std::uint8_t, 12> v4_in_v6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned v4_bits = 32;
constexpr unsigned v6_bits = 128;

}  // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
  const std::string terminated(text);
  ip_address made;
  if (inet_pton(AF_INET, terminated.c_str(), made.bytes_.data() + v4_in_v6.size()) == 1) {
    std::ranges::copy(v4_in_v6, made.bytes_.begin());
    return made;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), made.bytes_.data()) == 1) return made;
  return std::nullopt;
}

bool ip_address::is_v4() const noexcept {
  return std::equal(v4_in_v6.begin(), v4_in_v6.end(), bytes_.begin());
}

std::string ip_address::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? v4_in_v6.size() : 0), buffer.data(),
            buffer.size());
  return buffer.data();
}

ip_address ip_address::prefix(unsigned bits) const noexcept {
  unsigned left = is_v4() ? std::min(bits, v4_bits) + (v6_bits - v4_bits) : std::min(bits, v6_bits);
  ip_address made = *this;
  for (std::uint8_t& byte : made.bytes_) {
    const unsigned kept = std::min(left, 8U);
    byte = static_cast<std::uint8_t>(byte & (0xff00U >> kept));
    left -= kept;
  }
  return made;
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = ip_address::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned bits_max = base->is_v4() ? v4_bits : v6_bits;
  ip_network made;
  made.bits_ = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* const end = digits.data() + digits.size();
    const auto [rest, failure] = std::from_chars(digits.data(), end, made.bits_);
    if (failure != std::errc{} || rest != end || made.bits_ > bits_max) return std::nullopt;
  }
  made.base_ = base->prefix(made.bits_);
  return made;
}

bool ip_network::contains(const ip_address& address) const noexcept {
  return address.is_v4() == base_.is_v4() && address.prefix(bits_) == base_;
}

}  // namespace troupe::core
