// client_info.hpp — who published, joined or is present.
#pragma once

#include <string>

namespace troupe::protocol {

struct client_info {
  std::string user;       // "" for an anonymous user
  std::string client;     // id of the connection
  std::string conn_info;  // raw payload from the connection token, may be empty
  std::string chan_info;  // raw payload from the subscription token, may be empty

  bool operator==(const client_info&) const = default;
};

}  // namespace troupe::protocol
