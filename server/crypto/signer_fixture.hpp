// signer_fixture.hpp — the other side, for tests: private keys that make tokens as an identity
// provider does, and their public halves in every form in which keys are handed out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/algorithm.hpp"

struct evp_pkey_st;

namespace troupe::crypto {

class signer {
 public:
  /// A fresh key. `bits` of an RSA key; `curve` as OpenSSL calls it ("P-256").
  static signer rsa(unsigned bits = 2048);
  static signer ec(const char* curve);
  static signer ed25519();

  /// In the form of RFC 7518. `with` is of the key's family; its digest is used on any curve.
  std::string sign(algorithm with, std::string_view text) const;
  /// As sign(), in the form that the cryptographic library gives: ECDSA in DER.
  std::string raw_sign(algorithm with, std::string_view text) const;
  std::string sign_pss(std::string_view text) const;   // RSA alone
  std::string sign_sha1(std::string_view text) const;  // RSA alone

  /// header.payload.signature, whatever the header says.
  std::string token(std::string_view header, std::string_view payload, algorithm with) const;

  std::string public_pem() const;
  std::string private_pem() const;
  std::string public_der() const;
  /// The members of a JWK with the public half: "kty":…
  std::string jwk_members() const;
  /// {"kid":…, members, extra}
  std::string jwk(std::string_view key_id, std::string_view extra = "") const;

 private:
  explicit signer(evp_pkey_st* key);
  std::string number(const char* name, std::size_t bytes) const;

  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace troupe::crypto
