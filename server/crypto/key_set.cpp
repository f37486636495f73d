#include "crypto/key_set.hpp"

#include <array>
#include <cassert>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/constant_time.hpp"

namespace troupe::crypto {
namespace {

const EVP_MD* digest_of(algorithm value) {
  switch (value) {
    case algorithm::hs256:
      return EVP_sha256();
    case algorithm::hs384:
      return EVP_sha384();
    case algorithm::hs512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

}  // namespace

hmac_key::hmac_key(std::string secret) : secret_(std::move(secret)) {}

std::string hmac_key::sign(algorithm with, std::string_view text) const {
  assert(family_of(with) == key_family::hmac);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* const data = static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
  const auto* const made = HMAC(digest_of(with), secret_.data(), static_cast<int>(secret_.size()),
                                data, text.size(), digest.data(), &size);
  if (made == nullptr) throw std::runtime_error("OpenSSL cannot compute an HMAC");
  return {digest.begin(), digest.begin() + size};
}

std::expected<void, key_errc> hmac_key::verify(signature_claim claim, std::string_view signed_text,
                                               std::string_view signature) const {
  const auto with = algorithm_named(claim.algorithm);
  if (!with || family_of(*with) != key_family::hmac) {
    return std::unexpected(key_errc::wrong_algorithm);
  }
  if (secret_.empty()) return std::unexpected(key_errc::unknown_key);
  if (!equal_in_constant_time(sign(*with, signed_text), signature)) {
    return std::unexpected(key_errc::bad_signature);
  }
  return {};
}

}  // namespace troupe::crypto
