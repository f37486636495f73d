// presence.hpp — who, and how many, are subscribed to a channel now.
#pragma once

#include <string>

#include "protocol/client/presence.hpp"
#include "protocol/client/presence_stats.hpp"

namespace troupe::protocol::api {

struct presence_request {
  std::string channel;
  bool operator==(const presence_request&) const = default;
};
using presence_result = protocol::presence_result;

struct presence_stats_request {
  std::string channel;
  bool operator==(const presence_stats_request&) const = default;
};
using presence_stats_result = protocol::presence_stats_result;

}  // namespace troupe::protocol::api
