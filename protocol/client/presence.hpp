// presence.hpp — who is subscribed to a channel now.
#pragma once

#include <map>
#include <string>

#include "protocol/client/client_info.hpp"

namespace troupe::protocol {

struct presence_request {
  std::string channel;
  bool operator==(const presence_request&) const = default;
};

struct presence_result {
  std::map<std::string, client_info> presence;  // by connection id
  bool operator==(const presence_result&) const = default;
};

}  // namespace troupe::protocol
