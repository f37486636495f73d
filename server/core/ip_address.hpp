// ip_address.hpp — addresses of version 4 and 6, and networks of them, as people write them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::core {

/// A version 4 address that comes as "::ffff:192.0.2.1" is that version 4 address.
class ip_address {
 public:
  /// Nothing for what is no address; a zone ("fe80::1%eth0") is none either.
  [[nodiscard]] static std::optional<ip_address> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const noexcept;
  /// The one way it is written: "192.0.2.1", "2001:db8::1".
  [[nodiscard]] std::string text() const;
  /// With the last bits zero: the first `bits` of a version 4 address, or of a version 6 one.
  [[nodiscard]] ip_address prefix(unsigned bits) const noexcept;

  friend bool operator==(const ip_address&, const ip_address&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // version 4 in its version 6 form
};

/// "10.0.0.0/8", "2001:db8::/32", or one address.
class ip_network {
 public:
  [[nodiscard]] static std::optional<ip_network> parse(std::string_view text);

  [[nodiscard]] bool contains(const ip_address& address) const noexcept;

 private:
  ip_address base_;
  unsigned bits_ = 0;  // of its version
};

}  // namespace troupe::core
