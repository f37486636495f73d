#include "crypto/jwk_set.hpp"

#include <utility>

#include <simdjson.h>

#include "core/limits.hpp"
#include "crypto/base64.hpp"
#include "crypto/json_document.hpp"

namespace troupe::crypto {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::optional<std::string_view> text_of(object from, std::string_view name) {
  std::string_view text;
  if (from.at_key(name).get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

bool has(object from, std::string_view name) {
  return from.at_key(name).error() == simdjson::SUCCESS;
}

std::optional<std::string> bytes_of(object from, std::string_view name) {
  const auto text = text_of(from, name);
  return text ? base64url_decode(*text) : std::nullopt;
}

// "use" and "key_ops" (RFC 7517 §4.2, §4.3): absent, or for signatures.
bool is_for_verifying(object jwk) {
  if (has(jwk, "use") && text_of(jwk, "use") != "sig") return false;
  if (!has(jwk, "key_ops")) return true;
  array operations;
  if (jwk.at_key("key_ops").get(operations) != simdjson::SUCCESS) return false;
  for (const element each : operations) {
    std::string_view operation;
    if (each.get(operation) == simdjson::SUCCESS && operation == "verify") return true;
  }
  return false;
}

std::optional<public_key> key_of(object jwk) {
  const auto made = [](public_key::result key) -> std::optional<public_key> {
    if (!key) return std::nullopt;
    return *std::move(key);
  };
  const auto kind = text_of(jwk, "kty");
  if (kind == "RSA") {
    const auto n = bytes_of(jwk, "n");
    const auto e = bytes_of(jwk, "e");
    if (n && e) return made(public_key::from_rsa(*n, *e));
  } else if (kind == "EC") {
    const auto x = bytes_of(jwk, "x");
    const auto y = bytes_of(jwk, "y");
    if (x && y) return made(public_key::from_point(text_of(jwk, "crv").value_or(""), *x, *y));
  } else if (kind == "OKP" && text_of(jwk, "crv") == "Ed25519") {
    if (const auto x = bytes_of(jwk, "x")) return made(public_key::from_ed25519(*x));
  }
  return std::nullopt;
}

}  // namespace

std::expected<jwk_set, jwks_errc> jwk_set::parse(std::string_view json) {
  if (json.size() > core::limits::jwks_bytes_max) return std::unexpected(jwks_errc::too_large);
  json_document document(core::limits::jwks_bytes_max, core::limits::token_depth_max);
  const auto root = document.parse(json);
  array list;
  if (!root || root->at_key("keys").get(list) != simdjson::SUCCESS) {
    return std::unexpected(jwks_errc::malformed);
  }
  if (list.size() > core::limits::jwks_keys_max) return std::unexpected(jwks_errc::too_large);
  jwk_set set;
  for (const element each : list) {
    ++set.passed_over_;  // unless it turns out well
    object jwk;
    if (each.get(jwk) != simdjson::SUCCESS || has(jwk, "d") || !is_for_verifying(jwk)) continue;
    const auto id = text_of(jwk, "kid");
    if (!id || id->empty()) continue;
    std::optional<algorithm> only;
    if (has(jwk, "alg")) {
      only = algorithm_named(text_of(jwk, "alg").value_or(""));
      if (!only) continue;
    }
    auto key = key_of(jwk);
    if (!key || (only && !key->fits(*only))) continue;
    if (set.keys_.try_emplace(std::string(*id), *std::move(key), only).second) --set.passed_over_;
  }
  return set;
}

bool jwk_set::contains(std::string_view key_id) const {
  return keys_.contains(std::string(key_id));
}

std::expected<void, key_errc> jwk_set::verify(signature_claim claim, std::string_view signed_text,
                                              std::string_view signature) const {
  const auto with = algorithm_named(claim.algorithm);
  if (!with || family_of(*with) == key_family::hmac) {
    return std::unexpected(key_errc::wrong_algorithm);
  }
  const auto found = keys_.find(std::string(claim.key_id));
  if (found == keys_.end()) return std::unexpected(key_errc::unknown_key);
  const auto& [key, only] = found->second;
  if (!key.fits(*with) || (only && *only != *with)) {
    return std::unexpected(key_errc::wrong_algorithm);
  }
  if (!key.verify(*with, signed_text, signature)) return std::unexpected(key_errc::bad_signature);
  return {};
}

}  // namespace troupe::crypto
