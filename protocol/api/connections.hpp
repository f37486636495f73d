// connections.hpp — which connections a request of the API is about.
#pragma once

#include <string>

namespace troupe::protocol::api {

/// What is given must all be true of a connection; what is empty is not asked for.
struct connection_filter {
  std::string user{};
  std::string client{};   // id of one connection
  std::string session{};  // of a transport that takes commands by other requests

  [[nodiscard]] bool names_nobody() const {
    return user.empty() && client.empty() && session.empty();
  }
  bool operator==(const connection_filter&) const = default;
};

}  // namespace troupe::protocol::api
