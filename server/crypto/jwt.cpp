#include "crypto/jwt.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "crypto/base64.hpp"

namespace troupe::crypto {
namespace {

struct token_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header.payload
};

std::expected<token_parts, token_errc> split(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == token.npos || first == last) return std::unexpected(token_errc::malformed);
  const token_parts parts{.header = token.substr(0, first),
                          .payload = token.substr(first + 1, last - first - 1),
                          .signature = token.substr(last + 1),
                          .signed_text = token.substr(0, last)};
  if (parts.payload.find('.') != token.npos) return std::unexpected(token_errc::malformed);
  return parts;
}

std::expected<void, token_errc> check_signature(const token_parts& parts, const key_set& keys) {
  const auto header_json = base64url_decode(parts.header);
  const auto signature = base64url_decode(parts.signature);
  if (!header_json || !signature) return std::unexpected(token_errc::malformed);
  const auto header = read_header(*header_json);
  if (!header) return std::unexpected(token_errc::malformed);
  if (header->has_extensions) return std::unexpected(token_errc::wrong_algorithm);
  const auto verified =
      keys.verify({header->algorithm, header->key_id}, parts.signed_text, *signature);
  if (verified) return {};
  switch (verified.error()) {
    case key_errc::wrong_algorithm:
      return std::unexpected(token_errc::wrong_algorithm);
    case key_errc::unknown_key:
      return std::unexpected(token_errc::unknown_key);
    case key_errc::bad_signature:
      break;
  }
  return std::unexpected(token_errc::bad_signature);
}

token_errc as_token_errc(claims_errc error) {
  switch (error) {
    case claims_errc::malformed:
      return token_errc::malformed;
    case claims_errc::wrong_purpose:
      return token_errc::wrong_purpose;
    case claims_errc::bad_claim:
      break;
  }
  return token_errc::bad_claim;
}

std::expected<void, token_errc> check_common(const common_claims& claims,
                                             const token_policy& policy, sys_seconds now) {
  if (!policy.audience.empty() &&
      std::ranges::find(claims.audience, policy.audience) == claims.audience.end()) {
    return std::unexpected(token_errc::wrong_audience);
  }
  if (!policy.issuer.empty() && claims.issuer != policy.issuer) {
    return std::unexpected(token_errc::wrong_issuer);
  }
  if (claims.not_before && now < *claims.not_before) {
    return std::unexpected(token_errc::not_yet_valid);
  }
  const auto ends = claims.ends();
  if ((claims.expires && now >= *claims.expires) || (ends && now >= *ends)) {
    return std::unexpected(token_errc::expired);
  }
  return {};
}

template <typename Claims>
std::expected<Claims, token_errc> verify(
    std::string_view token, const key_set& keys, const token_policy& policy, sys_seconds now,
    std::expected<Claims, claims_errc> (*read)(std::string_view json)) {
  if (token.size() > core::limits::token_bytes_max) return std::unexpected(token_errc::too_large);
  const auto parts = split(token);
  if (!parts) return std::unexpected(parts.error());
  if (const auto checked = check_signature(*parts, keys); !checked) {
    return std::unexpected(checked.error());
  }
  const auto payload = base64url_decode(parts->payload);
  if (!payload) return std::unexpected(token_errc::malformed);
  auto claims = read(*payload);
  if (!claims) return std::unexpected(as_token_errc(claims.error()));
  if (const auto checked = check_common(*claims, policy, now); !checked) {
    return std::unexpected(checked.error());
  }
  return std::move(*claims);
}

}  // namespace

std::string_view describe(token_errc error) {
  switch (error) {
    case token_errc::malformed:
      return "malformed";
    case token_errc::too_large:
      return "too large";
    case token_errc::wrong_algorithm:
      return "wrong algorithm";
    case token_errc::unknown_key:
      return "unknown key";
    case token_errc::bad_signature:
      return "bad signature";
    case token_errc::bad_claim:
      return "bad claim";
    case token_errc::wrong_purpose:
      return "a subscription token, not a connection token";
    case token_errc::wrong_audience:
      return "wrong audience";
    case token_errc::wrong_issuer:
      return "wrong issuer";
    case token_errc::not_yet_valid:
      return "not yet valid";
    case token_errc::expired:
      return "expired";
  }
  return "unknown";
}

std::expected<connection_claims, token_errc> verify_connection_token(std::string_view token,
                                                                     const key_set& keys,
                                                                     const token_policy& policy,
                                                                     sys_seconds now) {
  return verify(token, keys, policy, now, read_connection_claims);
}

std::expected<subscription_claims, token_errc> verify_subscription_token(std::string_view token,
                                                                         const key_set& keys,
                                                                         const token_policy& policy,
                                                                         sys_seconds now) {
  return verify(token, keys, policy, now, read_subscription_claims);
}

std::optional<std::string> claimed_key_id(std::string_view token) {
  if (token.size() > core::limits::token_bytes_max) return std::nullopt;
  const auto parts = split(token);
  if (!parts) return std::nullopt;
  const auto header_json = base64url_decode(parts->header);
  if (!header_json) return std::nullopt;
  auto header = read_header(*header_json);
  if (!header || header->key_id.empty() || header->has_extensions) return std::nullopt;
  const auto with = algorithm_named(header->algorithm);
  if (!with || family_of(*with) == key_family::hmac) return std::nullopt;
  return std::move(header->key_id);
}

std::string sign_token(std::string_view payload, const hmac_key& key, algorithm with) {
  const std::string header = "{\"alg\":\"" + std::string(name(with)) + "\",\"typ\":\"JWT\"}";
  std::string token = base64url_encode(header) + '.' + base64url_encode(payload);
  const std::string signature = key.sign(with, token);
  return token + '.' + base64url_encode(signature);
}

}  // namespace troupe::crypto
