// Whatever decodes keeps its promises: the number of commands is bounded, texts are UTF-8, a filter
// is no deeper than allowed; and a payload that came in as bytes goes out to protobuf clients, and
// to JSON clients either as JSON in one line or not at all.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/client/emulation.hpp"
#include "protocol/client/encoding.hpp"
#include "protocol/json_text.hpp"

namespace {

using namespace troupe::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

/// As the content of a JSON string it would be refused otherwise.
void require_utf8(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const bool special = c == '"' || c == '\\' || (c >= 0 && c < ' ');
    quoted += special ? ' ' : c;
  }
  require(check_json(quoted + '"').has_value());
}

std::size_t depth_of(const filter_node& node) {
  std::size_t deepest = 0;
  for (const filter_node& each : node.nodes) deepest = std::max(deepest, depth_of(each));
  return deepest + 1;
}

void check_payload(const std::string& data) {
  publication echoed;
  echoed.data = data;
  std::string binary;
  require(append_message(binary, encoding::protobuf, "channel", echoed).has_value());
  require(binary.contains(data));
  std::string json;
  const bool said = append_message(json, encoding::json, "channel", echoed).has_value();
  require(said == (data.empty() || check_json(data).has_value()));
  require(!said || (check_json(json).has_value() && !json.contains('\n')));
}

template <class Request>
void check(const Request& request) {
  if constexpr (requires { request.data; }) check_payload(request.data);
  if constexpr (requires { request.channel; }) require_utf8(request.channel);
  if constexpr (requires { request.token; }) require_utf8(request.token);
  if constexpr (requires { request.tf; }) {
    if (request.tf) require(depth_of(*request.tf) <= json_depth_max);
  }
  if constexpr (requires { request.subs; }) {
    for (const auto& [channel, subscription] : request.subs) check(subscription);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  if (const auto commands = decode_commands(encoding::protobuf, frame)) {
    require(!commands->empty() && commands->size() <= commands_per_frame_max);
    for (const command& each : *commands) {
      std::visit([](const auto& body) { check(body); }, each.body);
    }
  }
  if (const auto request = decode_emulation(encoding::protobuf, frame)) {
    require_utf8(request->session);
    require_utf8(request->node);
  }
  return 0;
}
