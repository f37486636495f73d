// random.hpp — where randomness comes from. Handed in, so that a test or the simulator can decide
// it.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string>

namespace troupe::core {

enum class random_errc {
  unavailable,  // the source has no entropy to give; nothing secret may be made now
};

/// Fills secrets, epochs and ids. An implementation says whether it may be shared between threads.
class random_source {
 public:
  virtual ~random_source() = default;

  /// All of `bytes` are random when this succeeds; their content is unspecified when it fails.
  virtual std::expected<void, random_errc> fill(std::span<std::byte> bytes) = 0;
};

/// `byte_count` random bytes as twice as many lower-case hex digits: a secret that fits in a text.
[[nodiscard]] std::expected<std::string, random_errc> random_hex(random_source& source,
                                                                 std::size_t byte_count);

}  // namespace troupe::core
