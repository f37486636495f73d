// refresh.hpp — the application says how long connections may go on.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/api/connections.hpp"

namespace troupe::protocol::api {

struct refresh_request {
  connection_filter who;
  bool expired{};            // they end now
  std::int64_t expire_at{};  // since the Unix epoch, in seconds; 0: never
  std::string info;          // payload that replaces that of the connections; empty: it stays

  bool operator==(const refresh_request&) const = default;
};

struct refresh_result {
  bool operator==(const refresh_result&) const = default;
};

}  // namespace troupe::protocol::api
