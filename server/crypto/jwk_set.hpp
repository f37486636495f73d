// jwk_set.hpp — a set of public keys as an identity provider publishes it (JWKS, RFC 7517), for
// tokens whose header names one of them by its id.
//
// The document is a stranger's input. A key in it that cannot be used here is passed over (RFC 7517
// §5): of another kind or curve, weak, without an id, for encryption, a symmetric or a private one,
// or with the id of a key before it. The rest of the set is not the worse for it.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "crypto/key_set.hpp"
#include "crypto/public_key.hpp"

namespace troupe::crypto {

enum class jwks_errc : std::uint8_t {
  malformed,  // no JSON object with a list "keys", nested too deep, or a name twice
  too_large,  // over limits::jwks_bytes_max, or more than limits::jwks_keys_max keys
};

/// Immutable once parsed; any thread.
class jwk_set final : public key_set {
 public:
  /// Without keys: every token is of an unknown key.
  jwk_set() = default;

  [[nodiscard]] static std::expected<jwk_set, jwks_errc> parse(std::string_view json);

  /// Errors: wrong_algorithm for one that no public key has, or that the key named is not for;
  /// unknown_key where the id is missing or names no key; bad_signature.
  [[nodiscard]] std::expected<void, key_errc> verify(signature_claim claim,
                                                     std::string_view signed_text,
                                                     std::string_view signature) const override;

  [[nodiscard]] bool contains(std::string_view key_id) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  /// Keys of the document that were passed over.
  [[nodiscard]] std::size_t passed_over() const { return passed_over_; }

 private:
  struct entry {
    public_key key;
    std::optional<algorithm> only;  // "alg": the one that the key may be used with
  };

  std::unordered_map<std::string, entry> keys_;
  std::size_t passed_over_ = 0;
};

}  // namespace troupe::crypto
