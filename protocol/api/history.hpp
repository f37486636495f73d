// history.hpp — publications a channel keeps: reading them, removing them.
#pragma once

#include <string>

#include "protocol/client/history.hpp"

namespace troupe::protocol::api {

using history_request = protocol::history_request;
using history_result = protocol::history_result;

/// Drops the publications; the position of the channel stays.
struct history_remove_request {
  std::string channel;
  bool operator==(const history_remove_request&) const = default;
};

struct history_remove_result {
  bool operator==(const history_remove_result&) const = default;
};

}  // namespace troupe::protocol::api
