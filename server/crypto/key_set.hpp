// key_set.hpp — the keys a token may be signed with. A token says which one it claims; the set
// decides whether that is one of its own, and never fetches anything because a token says so.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "crypto/algorithm.hpp"

namespace troupe::crypto {

enum class key_errc {
  wrong_algorithm,  // no key of this set is of the algorithm's family
  unknown_key,      // the key id names none of the set
  bad_signature,    // the key is there and the signature is not its own
};

/// What the header of a token says about its signature. Addresses and keys in a header (jku, jwk,
/// x5u, x5c) are not even read.
struct signature_claim {
  std::string_view algorithm;  // as the header spells it
  std::string_view key_id;     // "kid"; may be empty
};

/// Any thread may verify; an implementation that reloads keys swaps them as a whole.
class key_set {
 public:
  virtual ~key_set() = default;

  /// Succeeds exactly if `signature` is that of `signed_text` under a key of this set which may be
  /// used with the algorithm claimed.
  [[nodiscard]] virtual std::expected<void, key_errc> verify(signature_claim claim,
                                                             std::string_view signed_text,
                                                             std::string_view signature) const = 0;
};

/// One shared secret, for HS256, HS384 and HS512 alone; a key id is ignored, as there is but one.
class hmac_key final : public key_set {
 public:
  /// An empty secret verifies nothing: every token is unknown_key.
  explicit hmac_key(std::string secret);

  [[nodiscard]] std::expected<void, key_errc> verify(signature_claim claim,
                                                     std::string_view signed_text,
                                                     std::string_view signature) const override;

  /// The raw signature of `text`; `with` is of the family hmac.
  [[nodiscard]] std::string sign(algorithm with, std::string_view text) const;

 private:
  std::string secret_;
};

}  // namespace troupe::crypto
