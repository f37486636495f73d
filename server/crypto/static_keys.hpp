// static_keys.hpp — the keys that the configuration itself holds: a secret, an RSA key, an ECDSA
// key, each optional. The family of the algorithm that a token claims picks the key, and a public
// key is never a secret: a token signed "HS256" with the text of the public key is refused.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/key_set.hpp"
#include "crypto/public_key.hpp"

namespace troupe::crypto {

/// As the options spell them; empty: none.
struct key_texts {
  std::string_view hmac_secret;
  std::string_view rsa_public_key;  // PEM
  std::string_view ecdsa_public_key;
};

struct key_text_error {
  enum class which : std::uint8_t { rsa_public_key, ecdsa_public_key } key;
  public_key_errc why;
};

class static_keys final : public key_set {
 public:
  /// Errors: the first key that is none, or one of another kind than its name says (unsupported).
  [[nodiscard]] static std::expected<static_keys, key_text_error> make(const key_texts& texts);

  /// A key id is ignored: there is one key of a family. Errors: wrong_algorithm, also where no key
  /// of the family is configured; bad_signature.
  [[nodiscard]] std::expected<void, key_errc> verify(signature_claim claim,
                                                     std::string_view signed_text,
                                                     std::string_view signature) const override;

 private:
  static_keys() = default;

  std::optional<hmac_key> secret_;
  std::optional<public_key> rsa_;
  std::optional<public_key> ecdsa_;
};

}  // namespace troupe::crypto
