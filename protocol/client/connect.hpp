// connect.hpp — the first command of every connection.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "protocol/client/subscribe.hpp"

namespace troupe::protocol {

struct connect_request {
  std::string token;
  std::string data;                               // raw payload for the application
  std::map<std::string, subscribe_request> subs;  // server-side subscriptions to recover
  std::string name;                               // of the client library
  std::string version;                            // of the client library
  std::map<std::string, std::string> headers;     // emulated HTTP headers
  std::uint64_t flag{};                           // offers we do not take up

  bool operator==(const connect_request&) const = default;
};

struct connect_result {
  std::string client;  // id of this connection, unique
  std::string version;
  bool expires{};
  std::uint32_t ttl_s{};
  std::string data;                              // raw payload
  std::map<std::string, subscribe_result> subs;  // server-side subscriptions
  std::uint32_t ping_s{};                        // interval of server pings; 0 for none
  bool pong{};                                   // whether a ping must be answered
  std::string session;                           // only where commands come by other requests
  std::string node;
  std::int64_t time_ms{};  // the server's clock

  bool operator==(const connect_result&) const = default;
};

}  // namespace troupe::protocol
