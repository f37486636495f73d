// algorithm.hpp — the signature algorithms of tokens (RFC 7518 §3.1, RFC 8037) that this server
// knows. An algorithm belongs to one family of keys: a key of another can never be used with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::crypto {

enum class algorithm : std::uint8_t {
  hs256,  // HMAC
  hs384,
  hs512,
  rs256,  // RSA, PKCS #1 version 1.5
  rs384,
  rs512,
  es256,  // ECDSA on P-256
  es384,  // on P-384
  es512,  // on P-521
  eddsa,  // Ed25519
};

enum class key_family : std::uint8_t { hmac, rsa, ecdsa, eddsa };

/// "HS256".
[[nodiscard]] std::string_view name(algorithm value);

/// Names of other algorithms, "none" before all, are no algorithm here. Letters must match exactly.
[[nodiscard]] std::optional<algorithm> algorithm_named(std::string_view text);

[[nodiscard]] key_family family_of(algorithm value);

}  // namespace troupe::crypto
