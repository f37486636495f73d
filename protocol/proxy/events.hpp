// events.hpp — what the application is asked, or told, about its clients. Source: the proxy of
// Centrifugo v6; `disconnect_event` and `unsubscribe_event` are ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol::proxy {

/// Whose event it is.
struct caller {
  std::string client;                 // id of the connection
  std::string transport;              // "websocket"
  std::string protocol;               // "json", "protobuf"
  std::string encoding;               // "json", "binary"
  std::optional<std::string> user{};  // not before it has connected
  std::string meta{};                 // JSON that came with the token; empty: not told
};

/// May it connect, and as whom? Asked when it brings no token.
struct connect_event {
  std::string name;                   // of the client library
  std::string version;                // likewise
  std::string data;                   // payload
  std::vector<std::string> channels;  // server-side subscriptions that it had before
};

/// Its time is over: may it go on?
struct refresh_event {};

struct subscribe_event {
  std::string channel;
  std::string token;
  std::string data;  // payload
};

struct publish_event {
  std::string channel;
  std::string data;  // payload
};

/// The time of its subscription is over: may that go on?
struct sub_refresh_event {
  std::string channel;
};

struct rpc_event {
  std::string method;
  std::string data;  // payload
};

/// It has gone. Nothing is asked.
struct disconnect_event {
  std::uint32_t code = 0;
  std::string reason;
};

/// It has left a channel, by itself, by the server, or because it has gone. Nothing is asked.
struct unsubscribe_event {
  std::string channel;
  std::uint32_t code = 0;
  std::string reason;
};

}  // namespace troupe::protocol::proxy
