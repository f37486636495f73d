// jwt.hpp — compact signed tokens (RFC 7515, RFC 7519): made, taken apart and believed or not.
//
// A token is a stranger's input up to the moment verify_… returns. The order is: size, shape,
// header, algorithm, signature, and only then the claims: nothing in a payload is acted on, not
// even parsed, before its signature is good. Pure functions; any thread.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/claims.hpp"
#include "crypto/key_set.hpp"

namespace troupe::crypto {

enum class token_errc {
  malformed,        // not three parts of strict base64url, header or payload no proper JSON object
  too_large,        // over limits::token_bytes_max
  wrong_algorithm,  // none, or of another family than the keys; or the header asks for an extension
  unknown_key,      // signed with a key that is not in the set
  bad_signature,
  bad_claim,      // a claim of the wrong type, or the channel of a subscription token is missing
  wrong_purpose,  // a subscription token where a connection token is needed
  wrong_audience,
  wrong_issuer,
  not_yet_valid,  // nbf is in the future
  expired,        // exp has come, or expire_at has: client error 109, a fresh token helps
};

/// For logs: "bad signature". Says nothing of the token's content.
[[nodiscard]] std::string_view describe(token_errc error);

/// What a token must name; empty: any.
struct token_policy {
  std::string_view audience;
  std::string_view issuer;
};

/// Errors: all; expired and not_yet_valid are judged at `now` and last of all.
[[nodiscard]] std::expected<connection_claims, token_errc> verify_connection_token(
    std::string_view token, const key_set& keys, const token_policy& policy, sys_seconds now);

/// Errors: all but wrong_purpose. That channel, user and client are those of the subscription at
/// hand is for the caller to compare.
[[nodiscard]] std::expected<subscription_claims, token_errc> verify_subscription_token(
    std::string_view token, const key_set& keys, const token_policy& policy, sys_seconds now);

/// The id of the public key that the token claims to be signed with: for looking the key up, since
/// nothing has been verified. Nothing: no token, no key id, or no algorithm of a public key.
[[nodiscard]] std::optional<std::string> claimed_key_id(std::string_view token);

/// header.payload.signature of any payload.
[[nodiscard]] std::string sign_token(std::string_view payload, const hmac_key& key,
                                     algorithm with = algorithm::hs256);

}  // namespace troupe::crypto
