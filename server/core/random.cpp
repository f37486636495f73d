#include "core/random.hpp"

#include <string_view>
#include <vector>

namespace troupe::core {

std::expected<std::string, random_errc> random_hex(random_source& source, std::size_t byte_count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::vector<std::byte> bytes(byte_count);
  if (const auto filled = source.fill(bytes); !filled) return std::unexpected(filled.error());
  std::string text;
  text.reserve(2 * byte_count);
  for (const std::byte value : bytes) {
    text += digits[std::to_integer<std::size_t>(value >> 4)];
    text += digits[std::to_integer<std::size_t>(value & std::byte{0x0f})];
  }
  return text;
}

}  // namespace troupe::core
