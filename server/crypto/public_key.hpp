// public_key.hpp — the public half of a key pair that signs tokens: RSA, ECDSA on the three NIST
// curves, Ed25519. It verifies with the algorithms of its own kind alone.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "crypto/algorithm.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace troupe::crypto {

enum class public_key_errc : std::uint8_t {
  malformed,    // no key of the form, or one whose numbers cannot be (a point off its curve)
  unsupported,  // another kind of key, or another curve
  too_weak,     // RSA under limits::rsa_key_bits_min, or with an exponent that protects nothing
  too_large,    // RSA over limits::rsa_key_bits_max: each verification would take too long
};

/// For messages to the operator: "an RSA key of less than 2048 bits".
[[nodiscard]] std::string_view describe(public_key_errc error);

/// A value; copies share the key. Any thread.
class public_key {
 public:
  using result = std::expected<public_key, public_key_errc>;

  /// PEM, "BEGIN PUBLIC KEY" (RFC 7468 §13). A private key is malformed here: it has no business in
  /// a server that only verifies. Errors: all.
  [[nodiscard]] static result from_pem(std::string_view text);

  /// Numbers as bytes, the highest first (RFC 7518 §6.3.1). Errors: all.
  [[nodiscard]] static result from_rsa(std::string_view modulus, std::string_view exponent);

  /// `curve` is "P-256", "P-384" or "P-521"; each coordinate has exactly the length of the curve
  /// (RFC 7518 §6.2.1). Errors: malformed, unsupported.
  [[nodiscard]] static result from_point(std::string_view curve, std::string_view x,
                                         std::string_view y);

  /// The 32 bytes of RFC 8032. Errors: malformed.
  [[nodiscard]] static result from_ed25519(std::string_view bytes);

  /// Whether signatures of this algorithm can be this key's: its family and, with ECDSA, its curve.
  [[nodiscard]] bool fits(algorithm with) const;

  [[nodiscard]] key_family family() const { return family_; }

  /// True exactly if `with` fits and `signature`, in the form of RFC 7518, is this key's of `text`.
  [[nodiscard]] bool verify(algorithm with, std::string_view text,
                            std::string_view signature) const;

 private:
  static result checked(std::shared_ptr<evp_pkey_st> key);
  public_key(std::shared_ptr<evp_pkey_st> key, key_family family, algorithm with)
      : key_(std::move(key)), family_(family), with_(with) {}

  std::shared_ptr<evp_pkey_st> key_;
  key_family family_;
  algorithm with_;  // the one it fits; of RSA any of the three
};

}  // namespace troupe::crypto
