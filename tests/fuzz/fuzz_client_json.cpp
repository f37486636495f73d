// Whatever decodes keeps its promises: payloads are JSON in one line, the number of commands is
// bounded, and a reply that carries what was decoded is JSON again. Texts check_json and simdjson
// disagree about would show here.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <simdjson.h>

#include "protocol/api/json_decoder.hpp"
#include "protocol/client/emulation.hpp"
#include "protocol/client/json_decoder.hpp"
#include "protocol/client/json_encoder.hpp"
#include "protocol/json_text.hpp"

namespace {

using namespace troupe::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_payload(const std::string& data) {
  require(data.empty() || check_json(data));
  require(data.find_first_of("\r\n") == std::string::npos);
}

template <class Request>
void check(const Request& request) {
  if constexpr (requires { request.data; }) require_payload(request.data);
  if constexpr (requires { request.subs; }) {
    for (const auto& [channel, subscription] : request.subs) require_payload(subscription.data);
  }
  std::string out;
  if constexpr (requires {
                  request.channel;
                  request.data;
                }) {
    publication echoed;
    echoed.data = request.data;
    append_json(out, request.channel, echoed);
  } else if constexpr (requires { request.channel; }) {
    append_json(out, push{request.channel, unsubscribe_push{2000, request.channel}});
  } else {
    return;
  }
  require(check_json(out).has_value());
  require(out.find('\n') == std::string::npos);
}

// simdjson's DOM accepts less than the grammar (numbers and surrogates must fit), never more.
void compare_with_simdjson(std::string_view text) {
  static simdjson::dom::parser parser(1 << 20);
  const bool accepted = !parser.parse(text.data(), text.size(), true).error();
  if (accepted) {
    const auto checked = check_json(text);
    require(checked || checked.error() == errc::too_deep);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  compare_with_simdjson(text);

  static json_decoder decoder;
  if (auto commands = decoder.decode(text)) {
    require(!commands->empty() && commands->size() <= commands_per_frame_max);
    for (const command& each : *commands) {
      std::visit([](const auto& body) { check(body); }, each.body);
    }
  }
  if (const auto request = decode_emulation(encoding::json, text)) {
    std::string quoted;
    append_json_string(quoted, request->data);
    require(check_json(quoted).has_value());
  }
  static api::json_decoder api_decoder;
  if (auto request = api_decoder.decode<api::publish_request>(text); request && !request->binary) {
    require_payload(request->data);
  }
  return 0;
}
