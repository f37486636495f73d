#include "protocol/api/json_decoder.hpp"

#include "protocol/base64.hpp"
#include "protocol/json_fields.hpp"

namespace troupe::protocol::api {

namespace {

using json::for_each_field;
using json::read;
using json::read_raw;
using json::value;
using simdjson::error_code;
using simdjson::SUCCESS;

// Where the payload of a request comes in, until all fields are read.
struct payload_fields {
  std::string data;
  std::string b64data;

  template <class Request>
  std::expected<void, errc> move_to(Request& request) {
    if (b64data.empty()) {
      request.data = std::move(data);
      return {};
    }
    auto bytes = decode_base64(b64data);
    if (!bytes) return std::unexpected(bytes.error());
    request.binary = !check_json(*bytes);
    if (request.binary) {
      request.data = std::move(*bytes);
    } else {
      append_json_line(request.data, *bytes);
    }
    return {};
  }
};

error_code read_option(std::string_view name, value& content, payload_fields& payload,
                       publish_options& out) {
  if (name == "data") return read_raw(content, payload.data);
  if (name == "b64data") return read(content, payload.b64data);
  if (name == "skip_history") return read(content, out.skip_history);
  if (name == "tags") return read(content, out.tags);
  if (name == "idempotency_key") return read(content, out.idempotency_key);
  if (name == "delta") return read(content, out.delta);
  if (name == "version") return read(content, out.version);
  if (name == "version_epoch") return read(content, out.version_epoch);
  return SUCCESS;
}

error_code read_field(std::string_view name, value& content, payload_fields& payload,
                      publish_request& out) {
  if (name == "channel") return read(content, out.channel);
  return read_option(name, content, payload, out.options);
}

error_code read_field(std::string_view name, value& content, payload_fields& payload,
                      broadcast_request& out) {
  if (name == "channels") return read(content, out.channels);
  return read_option(name, content, payload, out.options);
}

error_code read_field(std::string_view name, value& content, payload_fields&,
                      history_request& out) {
  if (name == "channel") return read(content, out.channel);
  if (name == "limit") return read(content, out.limit);
  if (name == "since") return read(content, out.since);
  if (name == "reverse") return read(content, out.reverse);
  return SUCCESS;
}

template <class Request>
  requires(std::same_as<Request, presence_request> ||
           std::same_as<Request, presence_stats_request> ||
           std::same_as<Request, history_remove_request>)
error_code read_field(std::string_view name, value& content, payload_fields&, Request& out) {
  return name == "channel" ? read(content, out.channel) : SUCCESS;
}

error_code read_field(std::string_view name, value& content, payload_fields&,
                      channels_request& out) {
  return name == "pattern" ? read(content, out.pattern) : SUCCESS;
}

error_code read_field(std::string_view name, value& content, payload_fields&,
                      development_token_request& out) {
  return name == "user" ? read(content, out.user) : SUCCESS;
}

error_code read_field(std::string_view, value&, payload_fields&, info_request&) {
  return SUCCESS;
}

template <class Request>
concept carries_payload = requires(Request r) { r.binary; };

}  // namespace

struct json_decoder::state {
  simdjson::ondemand::parser parser;
  std::string padded;  // the body, with the bytes simdjson may read behind it

  template <class Request>
  error_code read(std::string_view body, payload_fields& payload, Request& out) {
    padded.assign(body);
    padded.append(simdjson::SIMDJSON_PADDING, ' ');
    const simdjson::padded_string_view text(padded.data(), body.size(), padded.size());
    simdjson::ondemand::document document;
    if (auto error = parser.iterate(text).get(document)) return error;
    simdjson::ondemand::object object;
    if (auto error = document.get_object().get(object)) return error;
    return for_each_field(object, [&](std::string_view name, value& content) {
      return read_field(name, content, payload, out);
    });
  }
};

json_decoder::json_decoder() : state_(std::make_unique<state>()) {}
json_decoder::~json_decoder() = default;
json_decoder::json_decoder(json_decoder&&) noexcept = default;
json_decoder& json_decoder::operator=(json_decoder&&) noexcept = default;

template <class Request>
std::expected<Request, errc> json_decoder::decode(std::string_view body) {
  Request request;
  const auto checked = check_json(body);
  if (!checked && checked.error() == errc::empty) return request;
  if (!checked) return std::unexpected(checked.error());

  payload_fields payload;
  if (auto error = state_->read(body, payload, request)) {
    return std::unexpected(json::translate(error));
  }
  if constexpr (carries_payload<Request>) {
    if (auto moved = payload.move_to(request); !moved) return std::unexpected(moved.error());
  }
  return request;
}

template std::expected<publish_request, errc> json_decoder::decode(std::string_view);
template std::expected<broadcast_request, errc> json_decoder::decode(std::string_view);
template std::expected<presence_request, errc> json_decoder::decode(std::string_view);
template std::expected<development_token_request, errc> json_decoder::decode(std::string_view);
template std::expected<presence_stats_request, errc> json_decoder::decode(std::string_view);
template std::expected<history_request, errc> json_decoder::decode(std::string_view);
template std::expected<history_remove_request, errc> json_decoder::decode(std::string_view);
template std::expected<channels_request, errc> json_decoder::decode(std::string_view);
template std::expected<info_request, errc> json_decoder::decode(std::string_view);

}  // namespace troupe::protocol::api
