// random.hpp — the operating system's randomness through OpenSSL's generator.
#pragma once

#include "core/random.hpp"

namespace troupe::crypto {

/// Fit for keys. Without state of its own; any thread may use one object.
class system_random final : public core::random_source {
 public:
  std::expected<void, core::random_errc> fill(std::span<std::byte> bytes) override;
};

}  // namespace troupe::crypto
