#include "gateway/routes.hpp"

#include <array>

namespace troupe::gateway {
namespace {

enum class audience : std::uint8_t { clients, operators, both };

struct entry {
  std::string_view path;
  route::kind what;
  audience whom;
};

constexpr std::array<entry, 9> entries{{
    {"/connection/websocket", route::kind::websocket, audience::clients},
    {"/connection/http_stream", route::kind::http_stream, audience::clients},
    {"/connection/sse", route::kind::sse, audience::clients},
    {"/emulation", route::kind::emulation, audience::clients},
    {"/health/live", route::kind::live, audience::both},
    {"/health/ready", route::kind::ready, audience::both},
    {"/health", route::kind::health, audience::operators},
    {"/metrics", route::kind::metrics, audience::operators},
    {"/dev/token", route::kind::development_token, audience::clients},
}};
constexpr std::string_view api_prefix = "/api/";

bool offers(exposure offered, audience whom) {
  return offered == exposure::everything || whom == audience::both ||
         (offered == exposure::for_clients) == (whom == audience::clients);
}

}  // namespace

route find_route(std::string_view path, exposure offered) {
  for (const entry& each : entries) {
    if (each.path == path) return {offers(offered, each.whom) ? each.what : route::kind::nothing};
  }
  if (offered == exposure::for_operators) return {};
  if (path.starts_with(api_prefix)) return {route::kind::api, path.substr(api_prefix.size())};
  if (path == api_prefix.substr(0, api_prefix.size() - 1)) return {route::kind::api};
  return {route::kind::page};
}

}  // namespace troupe::gateway
