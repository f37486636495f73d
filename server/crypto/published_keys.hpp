// published_keys.hpp — the keys of a kind of token whose public keys are published elsewhere: a
// secret of the configuration for HMAC, and for everything else the newest set that was fetched.
#pragma once

#include <string_view>

#include <troupe/watch.hpp>

#include "crypto/jwk_set.hpp"

namespace troupe::crypto {

/// Any thread verifies, also while a new set is published: it sees the old set or the new one.
class published_keys final : public key_set {
 public:
  /// Nothing has been fetched yet. `configured` outlives it; its public keys are not used.
  explicit published_keys(const key_set& configured) : configured_(configured) {}

  /// Errors: as static_keys for an HMAC, as jwk_set for the rest.
  [[nodiscard]] std::expected<void, key_errc> verify(signature_claim claim,
                                                     std::string_view signed_text,
                                                     std::string_view signature) const override;

  [[nodiscard]] bool contains(std::string_view key_id) const {
    return newest_.read()->contains(key_id);
  }
  /// Replaces the set. One at a time; any thread.
  void publish(jwk_set newest) { newest_.publish(std::move(newest)); }

 private:
  const key_set& configured_;
  watch_source<jwk_set> newest_{jwk_set()};
};

}  // namespace troupe::crypto
