#include "crypto/published_keys.hpp"

namespace troupe::crypto {

std::expected<void, key_errc> published_keys::verify(signature_claim claim,
                                                     std::string_view signed_text,
                                                     std::string_view signature) const {
  const auto with = algorithm_named(claim.algorithm);
  if (!with) return std::unexpected(key_errc::wrong_algorithm);
  if (family_of(*with) == key_family::hmac) {
    return configured_.verify(claim, signed_text, signature);
  }
  return newest_.read()->verify(claim, signed_text, signature);
}

}  // namespace troupe::crypto
