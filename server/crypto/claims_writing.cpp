#include <string>
#include <string_view>

#include "core/quote.hpp"
#include "crypto/claims.hpp"

namespace troupe::crypto {
namespace {

void append(std::string& json, std::string_view key, std::string_view value) {
  if (json.size() > 1) json += ',';
  json += core::quote(key);
  json += ':';
  json += value;
}

void append_text(std::string& json, std::string_view key, const std::string& text) {
  if (!text.empty()) append(json, key, core::quote(text));
}

void append_date(std::string& json, std::string_view key, std::optional<sys_seconds> date) {
  if (date) append(json, key, std::to_string(date->time_since_epoch().count()));
}

void append_texts(std::string& json, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ',';
    list += core::quote(text);
  }
  append(json, key, list + "]");
}

std::string write_common(const common_claims& claims) {
  std::string json = "{";
  append_text(json, "sub", claims.subject);
  append_date(json, "exp", claims.expires);
  append_date(json, "nbf", claims.not_before);
  append_date(json, "iat", claims.issued);
  append_text(json, "jti", claims.token_id);
  append_texts(json, "aud", claims.audience);
  append_text(json, "iss", claims.issuer);
  if (!claims.info.empty()) append(json, "info", claims.info);
  if (claims.expire_at) append(json, "expire_at", std::to_string(*claims.expire_at));
  return json;
}

}  // namespace

std::string write_claims(const connection_claims& claims) {
  std::string json = write_common(claims);
  append_texts(json, "channels", claims.channels);
  if (!claims.meta.empty()) append(json, "meta", claims.meta);
  return json + "}";
}

std::string write_claims(const subscription_claims& claims) {
  std::string json = write_common(claims);
  append_text(json, "channel", claims.channel);
  append_text(json, "client", claims.client);
  if (!claims.data.empty()) append(json, "data", claims.data);
  return json + "}";
}

}  // namespace troupe::crypto
