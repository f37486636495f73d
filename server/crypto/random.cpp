#include "crypto/random.hpp"

#include <algorithm>
#include <limits>

#include <openssl/rand.h>

namespace troupe::crypto {

std::expected<void, core::random_errc> system_random::fill(std::span<std::byte> bytes) {
  constexpr std::size_t request_bytes_max = std::numeric_limits<int>::max();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), request_bytes_max);
    auto* const to = static_cast<unsigned char*>(static_cast<void*>(bytes.data()));
    if (RAND_bytes(to, static_cast<int>(count)) != 1) {
      return std::unexpected(core::random_errc::unavailable);
    }
    bytes = bytes.subspan(count);
  }
  return {};
}

}  // namespace troupe::crypto
