// unsubscribe.hpp — the application ends subscriptions, whoever began them.
#pragma once

#include <string>

#include "protocol/api/connections.hpp"

namespace troupe::protocol::api {

struct unsubscribe_request {
  std::string channel;  // empty: all that the connections have
  connection_filter who;

  bool operator==(const unsubscribe_request&) const = default;
};

struct unsubscribe_result {
  bool operator==(const unsubscribe_result&) const = default;
};

}  // namespace troupe::protocol::api
