#include "gateway/handler_prefixes.hpp"

#include <array>

namespace troupe::gateway {
namespace {

constexpr std::string_view nowhere = "/.nowhere";

struct moved {
  std::string_view usual;
  std::string_view now;
  bool disabled = false;
};

// What follows the prefix: "" for the path itself, "/…" for what is below it.
bool is_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

std::string usual_path(std::string_view path, const core::configuration& rules) {
  const std::array<moved, 7> all{{
      {"/connection/websocket", rules.websocket.handler_prefix, rules.websocket.disabled},
      {"/connection/http_stream", rules.http_stream.handler_prefix},
      {"/connection/sse", rules.sse.handler_prefix},
      {"/emulation", rules.emulation.handler_prefix},
      {"/api", rules.http_api.handler_prefix, rules.http_api.disabled},
      {"/health", rules.health.handler_prefix},
      {"/metrics", rules.prometheus.handler_prefix},
  }};
  for (const moved& each : all) {
    if (!is_below(path, each.now)) continue;
    if (each.disabled) return std::string(nowhere);
    return std::string(each.usual) + std::string(path.substr(each.now.size()));
  }
  for (const moved& each : all) {
    if (is_below(path, each.usual)) return std::string(nowhere);
  }
  return std::string(path);
}

}  // namespace troupe::gateway
