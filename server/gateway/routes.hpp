// routes.hpp — which request path means what, and on which listener.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::gateway {

/// What a listener offers. Where the public address is not loopback, what is for the operator alone
/// moves to a listener of its own.
enum class exposure : std::uint8_t { everything, for_clients, for_operators };

struct route {
  enum class kind : std::uint8_t {
    websocket,
    http_stream,
    sse,
    emulation,
    api,
    live,
    ready,
    health,
    metrics,
    development_token,
    page,  // a file of the browser app, where there is one of that name
    nothing,
  };
  kind what = kind::nothing;
  std::string_view api_method{};  // part of the path; empty: the body names methods

  bool operator==(const route&) const = default;
};

[[nodiscard]] route find_route(std::string_view path, exposure offered);

}  // namespace troupe::gateway
