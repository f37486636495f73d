// disconnect.hpp — the application ends connections.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/api/connections.hpp"

namespace troupe::protocol::api {

/// Told to the client. The code says whether it comes back: protocol::client_reconnects().
struct disconnect_reason {
  std::uint32_t code{};
  std::string reason;

  bool operator==(const disconnect_reason&) const = default;
};

struct disconnect_request {
  connection_filter who;
  std::vector<std::string> whitelist;           // ids of connections to leave alone
  std::optional<disconnect_reason> disconnect;  // absent: disconnects::force_disconnect

  bool operator==(const disconnect_request&) const = default;
};

struct disconnect_result {
  bool operator==(const disconnect_result&) const = default;
};

}  // namespace troupe::protocol::api
