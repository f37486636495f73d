// The body of an API call, behind a line with its method. Whatever decodes keeps its promises:
// payloads are inlined as one line of JSON or not at all, counts are bounded, and what is answered
// with parts of a request is JSON again. A batch and a call in an envelope hold the very requests
// that their parts are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/api/json_decoder.hpp"
#include "protocol/api/json_encoder.hpp"
#include "protocol/client/encoding.hpp"
#include "protocol/json_text.hpp"

namespace {

using namespace troupe::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_payload(const std::string& data) {
  publication echoed;
  echoed.data = data;
  std::string json;
  const bool said = append_message(json, encoding::json, "channel", echoed).has_value();
  require(said == (data.empty() || check_json(data).has_value()));
  require(!said || (check_json(json).has_value() && !json.contains('\n')));
}

template <class Request>
void check(const Request& request) {
  if constexpr (requires { request.data; }) check_payload(request.data);
  if constexpr (requires { request.info; }) check_payload(request.info);
  if constexpr (requires { request.params; }) check_payload(request.params);
  if constexpr (requires { request.binary; }) {
    require(request.data.empty() || request.binary != check_json(request.data).has_value());
  }
  if constexpr (requires { request.channel; }) {
    api::channels_result listed;
    listed.channels[request.channel] = {1};
    require(check_json(api::to_response(api::to_json(listed))).has_value());
  }
}

void check_call(const api::request& call) {
  std::visit([](const auto& body) { check(body); }, call);
  require(call.index() == 0 || !api::name_of(call).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static api::json_decoder decoder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view method = text.substr(0, text.find('\n'));
  const std::string_view body = text.substr(std::min(method.size() + 1, text.size()));

  const auto call = decoder.decode(method, body);
  if (call) check_call(*call);

  if (const auto batch = decoder.decode<api::batch_request>(body)) {
    require(batch->commands.size() <= api::json_decoder::commands_per_batch_max);
    for (const api::request& each : batch->commands) check_call(each);
  }
  if (const auto enveloped = decoder.decode_enveloped(body)) {
    require(enveloped->size() <= api::json_decoder::commands_per_batch_max);
    for (const api::enveloped_request& each : *enveloped) {
      if (each.call) check_call(*each.call);
    }
  }

  if (call && call->index() != 0) {
    const auto batch = decoder.decode<api::batch_request>(
        R"({"commands":[{")" + std::string(method) + R"(":)" +
        (body.find_first_not_of(" \t\r\n") == body.npos ? "{}" : std::string(body)) + "}]}");
    // Two levels deeper it may be too deep.
    require(!batch || (batch->commands.size() == 1 && batch->commands[0] == *call));
  }
  return 0;
}
