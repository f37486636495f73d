// Any bytes as a token, and, signed with the right key, as a payload: behind a good signature the
// claims are still input. A token that nobody signed must never be believed. And any bytes as what
// keys come in: a key set, a public key in PEM.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/limits.hpp"
#include "crypto/base64.hpp"
#include "crypto/jwk_set.hpp"
#include "crypto/jwt.hpp"
#include "crypto/public_key.hpp"

namespace {

using namespace troupe::crypto;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  const hmac_key key("0123456789abcdef0123456789abcdef");
  const sys_seconds now{std::chrono::seconds{1'700'000'000}};

  require(!verify_connection_token(text, key, {}, now).has_value());
  require(!verify_subscription_token(text, key, {}, now).has_value());

  const std::string token = sign_token(text, key);
  if (const auto claims = verify_connection_token(token, key, {}, now)) {
    const auto ends = claims->ends();
    require(!ends || *ends > now);
  }
  if (const auto claims = verify_subscription_token(token, key, {}, now)) {
    require(!claims->channel.empty());
  }

  const auto id = claimed_key_id(text);
  require(!id || !id->empty());
  const auto set = jwk_set::parse(text);
  if (set) {
    require(set->size() + set->passed_over() <= troupe::core::limits::jwks_keys_max);
    require(!verify_connection_token(token, *set, {}, now).has_value());
  }
  if (const auto pem = public_key::from_pem(text)) {
    require(!pem->verify(algorithm::rs256, text, text) && !pem->verify(algorithm::hs256, text, ""));
  }

  const auto decoded = base64url_decode(text);
  if (decoded) require(base64url_encode(*decoded) == text);
  const auto standard = base64_decode(text);
  if (standard) require(base64_encode(*standard) == text);
  return 0;
}
