#include "crypto/static_keys.hpp"

#include <utility>

namespace troupe::crypto {
namespace {

std::expected<std::optional<public_key>, public_key_errc> read_key(std::string_view pem,
                                                                   key_family family) {
  if (pem.empty()) return std::nullopt;
  auto key = public_key::from_pem(pem);
  if (!key) return std::unexpected(key.error());
  if (key->family() != family) return std::unexpected(public_key_errc::unsupported);
  return *std::move(key);
}

}  // namespace

std::expected<static_keys, key_text_error> static_keys::make(const key_texts& texts) {
  static_keys keys;
  if (!texts.hmac_secret.empty()) keys.secret_.emplace(std::string(texts.hmac_secret));
  auto rsa = read_key(texts.rsa_public_key, key_family::rsa);
  if (!rsa) {
    return std::unexpected(key_text_error{key_text_error::which::rsa_public_key, rsa.error()});
  }
  auto ecdsa = read_key(texts.ecdsa_public_key, key_family::ecdsa);
  if (!ecdsa) {
    return std::unexpected(key_text_error{key_text_error::which::ecdsa_public_key, ecdsa.error()});
  }
  keys.rsa_ = *std::move(rsa);
  keys.ecdsa_ = *std::move(ecdsa);
  return keys;
}

std::expected<void, key_errc> static_keys::verify(signature_claim claim,
                                                  std::string_view signed_text,
                                                  std::string_view signature) const {
  const auto with = algorithm_named(claim.algorithm);
  if (!with) return std::unexpected(key_errc::wrong_algorithm);
  if (family_of(*with) == key_family::hmac) {
    if (!secret_) return std::unexpected(key_errc::wrong_algorithm);
    return secret_->verify(claim, signed_text, signature);
  }
  for (const std::optional<public_key>* each : {&rsa_, &ecdsa_}) {
    if (!*each || !(*each)->fits(*with)) continue;
    if ((*each)->verify(*with, signed_text, signature)) return {};
    return std::unexpected(key_errc::bad_signature);
  }
  return std::unexpected(key_errc::wrong_algorithm);
}

}  // namespace troupe::crypto
