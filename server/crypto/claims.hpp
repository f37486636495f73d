// claims.hpp — what a token says once its signature is good. Source: Centrifugo v6 (protocol
// reference, authentication) and RFC 7519 §4.1. JSON inside claims is kept as minified JSON text.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::crypto {

using std::chrono::sys_seconds;

/// The registered claims, and what both kinds of token have.
struct common_claims {
  std::string subject;                 // sub: the user; empty is the anonymous user
  std::optional<sys_seconds> expires;  // exp
  std::optional<sys_seconds> not_before;
  std::optional<sys_seconds> issued;
  std::string token_id;               // jti
  std::vector<std::string> audience;  // aud, one or several
  std::string issuer;
  std::string info;  // info: JSON; b64info, which wins: the bytes decoded

  /// expire_at: when the connection or subscription itself ends. Absent: with the token. 0: never.
  std::optional<std::int64_t> expire_at;

  /// What the two above come to; nothing: it never ends.
  [[nodiscard]] std::optional<sys_seconds> ends() const;
};

/// Options of a channel that this subscription has otherwise than its namespace.
struct subscription_override {
  std::optional<bool> presence = {};
  std::optional<bool> join_leave = {};
  std::optional<bool> force_recovery = {};
  std::optional<bool> force_positioning = {};
  std::optional<bool> force_push_join_leave = {};

  friend bool operator==(const subscription_override&, const subscription_override&) = default;
};

/// A server-side subscription that a connection token brings.
struct server_subscription {
  std::string info;  // as in common_claims
  std::string data;  // data or b64data: goes into the subscribe result
  subscription_override override;
};

struct connection_claims : common_claims {
  std::vector<std::string> channels;  // server-side subscriptions without more
  std::vector<std::pair<std::string, server_subscription>> subs;
  std::string meta;  // a JSON object for the application, never sent to the client
};

struct subscription_claims : common_claims {
  std::string channel;
  std::string client;  // the connection it is bound to; empty: any of the user
  std::string data;
  subscription_override override;
};

/// What the header of a token says; addresses and keys in it (jku, jwk, x5u, x5c) are not even
/// read.
struct token_header {
  std::string algorithm;        // "alg"
  std::string key_id;           // "kid", may be empty
  bool has_extensions = false;  // "crit": one who does not know them must refuse (RFC 7515 §4.1.11)
};

enum class claims_errc {
  malformed,      // not a JSON object, nested too deep, or a key twice
  bad_claim,      // a claim of the wrong type or out of range, or the channel is missing
  wrong_purpose,  // `channel` in a connection token: it was issued for a subscription
};

/// Errors: malformed; bad_claim where the algorithm is missing or the type is wrong.
[[nodiscard]] std::expected<token_header, claims_errc> read_header(std::string_view json);

/// Read the payload of a token. They look at neither signature nor clock. Claims that nobody here
/// knows are skipped; null is the same as absent.
[[nodiscard]] std::expected<connection_claims, claims_errc> read_connection_claims(
    std::string_view json);
[[nodiscard]] std::expected<subscription_claims, claims_errc> read_subscription_claims(
    std::string_view json);

/// The payload for a token; empty claims are left out. `subs` and overrides are not written:
/// tokens with them are made by the application.
[[nodiscard]] std::string write_claims(const connection_claims& claims);
[[nodiscard]] std::string write_claims(const subscription_claims& claims);

}  // namespace troupe::crypto
