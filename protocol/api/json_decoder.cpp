#include "protocol/api/json_decoder.hpp"

#include <algorithm>
#include <utility>

#include "protocol/api/json_requests.hpp"

namespace troupe::protocol::api {

namespace {

using json::for_each_field;
using json::value;
using simdjson::error_code;
using simdjson::SUCCESS;

struct envelope {
  std::uint32_t id{};
  std::string method;
  std::string params = "{}";
};

error_code read_request(simdjson::ondemand::object from, envelope& out, errc&) {
  return for_each_field(from, [&](std::string_view name, value& content) {
    if (name == "id") return json::read(content, out.id);
    if (name == "method") return json::read(content, out.method);
    if (name == "params") return json::read_raw(content, out.params);
    return SUCCESS;
  });
}

}  // namespace

struct json_decoder::state {
  simdjson::ondemand::parser parser;
  std::string padded;  // the body, with the bytes simdjson may read behind it

  /// Calls `read(object, why)` with the object that the body is.
  template <class Read>
  std::expected<void, errc> open(std::string_view body, Read read) {
    if (auto checked = check_json(body); !checked) return std::unexpected(checked.error());
    padded.assign(body);
    padded.append(simdjson::SIMDJSON_PADDING, ' ');
    const simdjson::padded_string_view text(padded.data(), body.size(), padded.size());
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    errc why = errc::wrong_type;
    if (parser.iterate(text).get(document) || document.get_object().get(object) ||
        read(object, why)) {
      return std::unexpected(why);
    }
    return {};
  }
};

json_decoder::json_decoder() : state_(std::make_unique<state>()) {}
json_decoder::~json_decoder() = default;
json_decoder::json_decoder(json_decoder&&) noexcept = default;
json_decoder& json_decoder::operator=(json_decoder&&) noexcept = default;

template <class Request>
std::expected<Request, errc> json_decoder::decode(std::string_view body) {
  Request request;
  const auto read = state_->open(body, [&](simdjson::ondemand::object object, errc& why) {
    return read_request(object, request, why);
  });
  if (!read && read.error() != errc::empty) return std::unexpected(read.error());
  return request;
}

std::expected<request, errc> json_decoder::decode(std::string_view method, std::string_view body) {
  const auto known = std::ranges::find(method_names, method);
  if (method.empty() || known == method_names.end()) return request{};
  request call;
  const bool blank = body.find_first_not_of(" \t\r\n") == std::string_view::npos;
  const auto read =
      state_->open(blank ? "{}" : body, [&](simdjson::ondemand::object object, errc& why) {
        return read_request(method, object, call, why);
      });
  if (!read) return std::unexpected(read.error());
  return call;
}

std::expected<std::vector<enveloped_request>, errc> json_decoder::decode_enveloped(
    std::string_view body) {
  const auto take = [this](std::string_view text,
                           std::vector<enveloped_request>& calls) -> std::expected<void, errc> {
    if (calls.size() == commands_per_batch_max) return std::unexpected(errc::too_many_commands);
    auto read = decode<envelope>(text);
    if (!read) return std::unexpected(read.error());
    calls.push_back({read->id, decode(read->method, read->params)});
    return {};
  };
  std::vector<enveloped_request> calls;
  if (const auto whole = check_json(body); whole || whole.error() == errc::empty) {
    if (!whole) return std::unexpected(errc::empty);
    if (const auto taken = take(body, calls); !taken) return std::unexpected(taken.error());
    return calls;
  }
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (const auto taken = take(line, calls); !taken) return std::unexpected(taken.error());
  }
  return calls;
}

template std::expected<publish_request, errc> json_decoder::decode(std::string_view);
template std::expected<broadcast_request, errc> json_decoder::decode(std::string_view);
template std::expected<subscribe_request, errc> json_decoder::decode(std::string_view);
template std::expected<unsubscribe_request, errc> json_decoder::decode(std::string_view);
template std::expected<disconnect_request, errc> json_decoder::decode(std::string_view);
template std::expected<refresh_request, errc> json_decoder::decode(std::string_view);
template std::expected<presence_request, errc> json_decoder::decode(std::string_view);
template std::expected<presence_stats_request, errc> json_decoder::decode(std::string_view);
template std::expected<history_request, errc> json_decoder::decode(std::string_view);
template std::expected<history_remove_request, errc> json_decoder::decode(std::string_view);
template std::expected<channels_request, errc> json_decoder::decode(std::string_view);
template std::expected<info_request, errc> json_decoder::decode(std::string_view);
template std::expected<rpc_request, errc> json_decoder::decode(std::string_view);
template std::expected<batch_request, errc> json_decoder::decode(std::string_view);
template std::expected<development_token_request, errc> json_decoder::decode(std::string_view);

}  // namespace troupe::protocol::api
