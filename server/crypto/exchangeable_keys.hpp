// exchangeable_keys.hpp — the keys of the configuration, which a reload exchanges as a whole.
#pragma once

#include <expected>
#include <string_view>
#include <utility>

#include <troupe/watch.hpp>

#include "crypto/static_keys.hpp"

namespace troupe::crypto {

/// Any thread verifies, also while keys are exchanged: it sees the old ones or the new ones.
class exchangeable_keys final : public key_set {
 public:
  explicit exchangeable_keys(static_keys first) : newest_(std::move(first)) {}

  /// Errors: as static_keys.
  [[nodiscard]] std::expected<void, key_errc> verify(signature_claim claim,
                                                     std::string_view signed_text,
                                                     std::string_view signature) const override {
    return newest_.read()->verify(claim, signed_text, signature);
  }

  /// One at a time; any thread.
  void exchange(static_keys next) { newest_.publish(std::move(next)); }

 private:
  watch_source<static_keys> newest_;
};

}  // namespace troupe::crypto
