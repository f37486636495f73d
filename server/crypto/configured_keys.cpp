#include "crypto/configured_keys.hpp"

namespace troupe::crypto {

std::expected<static_keys, std::string> configured_keys(
    const core::configuration::token_section& section, std::string_view path) {
  auto keys = static_keys::make({.hmac_secret = section.hmac_secret_key,
                                 .rsa_public_key = section.rsa_public_key,
                                 .ecdsa_public_key = section.ecdsa_public_key});
  if (keys) return *std::move(keys);
  const auto& [key, why] = keys.error();
  const bool is_rsa = key == key_text_error::which::rsa_public_key;
  return std::unexpected(
      std::string(path) + (is_rsa ? ".rsa_public_key" : ".ecdsa_public_key") + " is " +
      std::string(describe(why)) + ": want " +
      (is_rsa ? "an RSA key of at least 2048 bits" : "an ECDSA key on P-256, P-384 or P-521") +
      " in PEM, from \"-----BEGIN PUBLIC KEY-----\" on");
}

}  // namespace troupe::crypto
