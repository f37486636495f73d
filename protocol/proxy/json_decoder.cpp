#include "protocol/proxy/json_decoder.hpp"

#include "protocol/base64.hpp"
#include "protocol/json_override.hpp"

namespace troupe::protocol::proxy {
namespace {

using json::for_each_field;
using json::read;
using json::read_raw;
using json::value;
using simdjson::error_code;
using simdjson::SUCCESS;

constexpr std::uint32_t close_code_min = 3000;
constexpr std::uint32_t close_code_max = 4999;

// A payload under its two names; the bytes win.
struct payload_slot {
  std::string json;
  std::string base64;
};
// The payloads of one object until all of its fields are read.
struct payloads {
  payload_slot info;
  payload_slot data;

  /// Nothing: the field is no payload.
  std::optional<error_code> read_field(std::string_view name, value& content) {
    if (name == "info") return read_raw(content, info.json);
    if (name == "b64info") return read(content, info.base64);
    if (name == "data") return read_raw(content, data.json);
    if (name == "b64data") return read(content, data.base64);
    return std::nullopt;
  }
  static error_code take(payload_slot& slot, std::string& into) {
    if (slot.base64.empty()) {
      // `data` may be null, which asks for nothing.
      if (slot.json != "null") into = std::move(slot.json);
      return SUCCESS;
    }
    auto bytes = decode_base64(slot.base64);
    if (!bytes) return simdjson::INCORRECT_TYPE;
    into = *std::move(bytes);
    return SUCCESS;
  }
};

error_code read_expire_at(value& content, std::int64_t& out) {
  std::int64_t seconds = 0;
  if (auto error = content.get_int64().get(seconds)) return error;
  constexpr std::int64_t year_9999 = 253'402'300'799;
  if (seconds < 0 || seconds > year_9999) return simdjson::NUMBER_OUT_OF_RANGE;
  out = seconds;
  return SUCCESS;
}

error_code read_result(value& from, subscribe_result& out) {
  payloads found;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    if (const auto of_payload = found.read_field(name, content)) return *of_payload;
    if (name == "override") return read(content, out.override);
    if (name == "expire_at") return read_expire_at(content, out.expire_at);
    return SUCCESS;
  });
  if (error) return error;
  if (auto bad = payloads::take(found.info, out.info)) return bad;
  return payloads::take(found.data, out.data);
}

error_code read_result(value& from, connect_result& out) {
  payloads found;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    if (const auto of_payload = found.read_field(name, content)) return *of_payload;
    if (name == "user") return read(content, out.user);
    if (name == "expire_at") return read_expire_at(content, out.expire_at);
    if (name == "channels") return read(content, out.channels);
    if (name == "meta") return read_raw(content, out.meta);
    if (name == "subs") {
      return for_each_field(content, [&](std::string_view channel, value& options) {
        auto& [key, sub] = out.subs.emplace_back();
        key = channel;
        return read_result(options, sub);
      });
    }
    return SUCCESS;
  });
  if (error) return error;
  if (!out.meta.empty() && out.meta.front() != '{') return simdjson::INCORRECT_TYPE;
  if (auto bad = payloads::take(found.info, out.info)) return bad;
  return payloads::take(found.data, out.data);
}

template <class Result>
  requires(std::same_as<Result, refresh_result> || std::same_as<Result, sub_refresh_result>)
error_code read_result(value& from, Result& out) {
  payloads found;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    if (const auto of_payload = found.read_field(name, content)) return *of_payload;
    if (name == "expired") return read(content, out.expired);
    if (name == "expire_at") return read_expire_at(content, out.expire_at);
    return SUCCESS;
  });
  return error ? error : payloads::take(found.info, out.info);
}

error_code read_result(value& from, publish_result& out) {
  payloads found;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    if (const auto of_payload = found.read_field(name, content)) return *of_payload;
    if (name == "skip_history") return read(content, out.options.skip_history);
    if (name == "tags") return read(content, out.options.tags);
    if (name == "idempotency_key") return read(content, out.options.idempotency_key);
    if (name == "delta") return read(content, out.options.delta);
    if (name == "version") return read(content, out.options.version);
    if (name == "version_epoch") return read(content, out.options.version_epoch);
    return SUCCESS;
  });
  return error ? error : payloads::take(found.data, out.data);
}

error_code read_result(value& from, rpc_result& out) {
  payloads found;
  const auto error = for_each_field(from, [&](std::string_view name, value& content) {
    return found.read_field(name, content).value_or(SUCCESS);
  });
  return error ? error : payloads::take(found.data, out.data);
}

error_code read_result(value&, noted&) {
  return SUCCESS;
}

error_code read_error(value& from, error& out) {
  const auto failed = for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "code") return read(content, out.code);
    if (name == "message") return read(content, out.message);
    if (name == "temporary") return read(content, out.temporary);
    return SUCCESS;
  });
  if (failed) return failed;
  return out.code == 0 ? simdjson::INCORRECT_TYPE : SUCCESS;
}

// Not in the middle of a letter: a close frame's reason is UTF-8.
void cut_reason(std::string& reason) {
  if (reason.size() <= close_reason_bytes_max) return;
  std::size_t end = close_reason_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U) --end;
  reason.resize(end);
}

error_code read_disconnect(value& from, application_disconnect& out) {
  std::uint32_t code = 0;
  const auto failed = for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "code") return read(content, code);
    if (name == "reason") return read(content, out.reason);
    return SUCCESS;
  });
  if (failed) return failed;
  if (code < close_code_min || code > close_code_max) return simdjson::NUMBER_OUT_OF_RANGE;
  out.code = static_cast<std::uint16_t>(code);
  cut_reason(out.reason);
  return SUCCESS;
}

}  // namespace

template <class Result>
std::expected<reply<Result>, errc> decode_reply(std::string_view body) {
  if (const auto checked = check_json(body); !checked) return std::unexpected(checked.error());
  thread_local simdjson::ondemand::parser parser;
  thread_local std::string padded;
  padded.assign(body);
  padded.append(simdjson::SIMDJSON_PADDING, ' ');
  const simdjson::padded_string_view text(padded.data(), body.size(), padded.size());
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  reply<Result> answer;
  error_code failed = parser.iterate(text).get(document);
  if (!failed) failed = document.get_object().get(object);
  if (!failed) {
    failed = for_each_field(object, [&](std::string_view name, value& content) {
      if (name == "result") return read_result(content, answer.template emplace<Result>());
      if (name == "error") return read_error(content, answer.template emplace<error>());
      if (name == "disconnect") {
        return read_disconnect(content, answer.template emplace<application_disconnect>());
      }
      return SUCCESS;
    });
  }
  if (failed) return std::unexpected(json::translate(failed));
  return answer;
}

template std::expected<reply<connect_result>, errc> decode_reply(std::string_view);
template std::expected<reply<refresh_result>, errc> decode_reply(std::string_view);
template std::expected<reply<subscribe_result>, errc> decode_reply(std::string_view);
template std::expected<reply<publish_result>, errc> decode_reply(std::string_view);
template std::expected<reply<sub_refresh_result>, errc> decode_reply(std::string_view);
template std::expected<reply<rpc_result>, errc> decode_reply(std::string_view);
template std::expected<reply<noted>, errc> decode_reply(std::string_view);

}  // namespace troupe::protocol::proxy
