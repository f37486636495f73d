#include "crypto/claims.hpp"

#include <simdjson.h>

#include "core/limits.hpp"
#include "crypto/base64.hpp"
#include "crypto/json_document.hpp"

namespace troupe::crypto {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// 9999-12-31: beyond it a date is a mistake, and arithmetic on it could overflow.
constexpr std::int64_t date_max = 253'402'300'799;

json_document token_document() {
  return {core::limits::token_bytes_max, core::limits::token_depth_max};
}

// One object of claims. Reading a claim of the wrong type is remembered, so that a reader lists its
// claims without a check after each.
class claim_reader {
 public:
  explicit claim_reader(object from) : object_(from) {}

  [[nodiscard]] bool failed() const { return failed_; }
  void fail() { failed_ = true; }

  [[nodiscard]] std::optional<element> find(std::string_view key) const {
    element value;
    if (object_.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
    return value;
  }

  void text(std::string_view key, std::string& into) { get_text(find(key), into); }

  void date(std::string_view key, std::optional<sys_seconds>& into) {
    std::optional<std::int64_t> seconds;
    seconds_since_epoch(key, seconds);
    if (seconds) into = sys_seconds{std::chrono::seconds{*seconds}};
  }

  void seconds_since_epoch(std::string_view key, std::optional<std::int64_t>& into) {
    const auto value = find(key);
    if (!value) return;
    double number = 0;
    if (value->get_double().get(number) != simdjson::SUCCESS || !(number >= 0) ||
        number > static_cast<double>(date_max)) {
      return fail();
    }
    into = static_cast<std::int64_t>(number);
  }

  // The JSON claim `key`, unless `encoded_key` gives the bytes in base64.
  void payload(std::string_view key, std::string_view encoded_key, std::string& into) {
    std::string encoded;
    text(encoded_key, encoded);
    if (!encoded.empty()) {
      auto decoded = base64_decode(encoded);
      if (!decoded) return fail();
      into = std::move(*decoded);
    } else if (const auto value = find(key)) {
      into = simdjson::minify(*value);
    }
  }

  void texts(std::string_view key, std::vector<std::string>& into) {
    const auto value = find(key);
    if (!value) return;
    simdjson::dom::array array;
    if (value->get(array) != simdjson::SUCCESS) return fail();
    for (const element item : array) get_text(item, into.emplace_back());
  }

  void text_or_texts(std::string_view key, std::vector<std::string>& into) {
    const auto value = find(key);
    if (value && value->is_string()) {
      get_text(value, into.emplace_back());
    } else {
      texts(key, into);
    }
  }

  [[nodiscard]] std::optional<object> section(std::string_view key) {
    const auto value = find(key);
    if (!value) return std::nullopt;
    object found;
    if (value->get(found) == simdjson::SUCCESS) return found;
    fail();
    return std::nullopt;
  }

 private:
  void get_text(std::optional<element> value, std::string& into) {
    if (!value) return;
    std::string_view found;
    if (value->get(found) != simdjson::SUCCESS) return fail();
    into = found;
  }

  object object_;
  bool failed_ = false;
};

void read_common(claim_reader& reader, common_claims& claims) {
  reader.text("sub", claims.subject);
  reader.date("exp", claims.expires);
  reader.date("nbf", claims.not_before);
  reader.date("iat", claims.issued);
  reader.text("jti", claims.token_id);
  reader.text_or_texts("aud", claims.audience);
  reader.text("iss", claims.issuer);
  reader.payload("info", "b64info", claims.info);
  reader.seconds_since_epoch("expire_at", claims.expire_at);
  if (claims.subject.size() > core::limits::user_id_length_max) reader.fail();
}

// {"presence": {"value": true}}
void read_override_value(claim_reader& of, std::string_view key, std::optional<bool>& into) {
  const auto section = of.section(key);
  if (!section) return;
  bool found = false;  // where the sender omits it
  const auto value = claim_reader(*section).find("value");
  if (value && value->get(found) != simdjson::SUCCESS) return of.fail();
  into = found;
}

void read_override(claim_reader& reader, subscription_override& into) {
  const auto section = reader.section("override");
  if (!section) return;
  claim_reader values(*section);
  read_override_value(values, "presence", into.presence);
  read_override_value(values, "join_leave", into.join_leave);
  read_override_value(values, "force_recovery", into.force_recovery);
  read_override_value(values, "force_positioning", into.force_positioning);
  read_override_value(values, "force_push_join_leave", into.force_push_join_leave);
  if (values.failed()) reader.fail();
}

void read_subs(claim_reader& reader, connection_claims& claims) {
  const auto section = reader.section("subs");
  if (!section) return;
  for (const auto field : *section) {
    auto& [channel, subscription] = claims.subs.emplace_back();
    channel = field.key;
    object options;
    if (field.value.get(options) != simdjson::SUCCESS) return reader.fail();
    claim_reader sub(options);
    sub.payload("info", "b64info", subscription.info);
    sub.payload("data", "b64data", subscription.data);
    read_override(sub, subscription.override);
    if (sub.failed()) reader.fail();
  }
}

}  // namespace

std::optional<sys_seconds> common_claims::ends() const {
  if (!expire_at) return expires;
  if (*expire_at == 0) return std::nullopt;
  return sys_seconds{std::chrono::seconds{*expire_at}};
}

std::expected<token_header, claims_errc> read_header(std::string_view json) {
  json_document document = token_document();
  const auto root = document.parse(json);
  if (!root) return std::unexpected(claims_errc::malformed);
  claim_reader reader(*root);
  token_header header;
  reader.text("alg", header.algorithm);
  reader.text("kid", header.key_id);
  header.has_extensions = reader.find("crit").has_value();
  if (reader.failed() || !reader.find("alg")) return std::unexpected(claims_errc::bad_claim);
  return header;
}

std::expected<connection_claims, claims_errc> read_connection_claims(std::string_view json) {
  json_document document = token_document();
  const auto root = document.parse(json);
  if (!root) return std::unexpected(claims_errc::malformed);
  claim_reader reader(*root);
  if (reader.find("channel")) return std::unexpected(claims_errc::wrong_purpose);
  connection_claims claims;
  read_common(reader, claims);
  reader.texts("channels", claims.channels);
  read_subs(reader, claims);
  if (const auto meta = reader.section("meta")) claims.meta = simdjson::minify(*meta);
  if (reader.failed()) return std::unexpected(claims_errc::bad_claim);
  return claims;
}

std::expected<subscription_claims, claims_errc> read_subscription_claims(std::string_view json) {
  json_document document = token_document();
  const auto root = document.parse(json);
  if (!root) return std::unexpected(claims_errc::malformed);
  claim_reader reader(*root);
  subscription_claims claims;
  read_common(reader, claims);
  reader.text("channel", claims.channel);
  reader.text("client", claims.client);
  reader.payload("data", "b64data", claims.data);
  read_override(reader, claims.override);
  if (reader.failed() || claims.channel.empty()) return std::unexpected(claims_errc::bad_claim);
  return claims;
}

}  // namespace troupe::crypto
