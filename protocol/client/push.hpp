// push.hpp — what the server says about a channel without being asked.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "protocol/client/client_info.hpp"
#include "protocol/client/connect.hpp"
#include "protocol/client/publication.hpp"

namespace troupe::protocol {

struct join_push {
  client_info info;
  bool operator==(const join_push&) const = default;
};

struct leave_push {
  client_info info;
  bool operator==(const leave_push&) const = default;
};

/// The server has ended a subscription; `code` is one of unsubscribes.
struct unsubscribe_push {
  std::uint32_t code{};
  std::string reason;
  bool operator==(const unsubscribe_push&) const = default;
};

struct message_push {
  std::string data;  // raw payload
  bool operator==(const message_push&) const = default;
};

/// The server has subscribed this connection while it was running.
struct subscribe_push {
  bool recoverable{};
  std::string epoch;
  std::uint64_t offset{};
  bool positioned{};
  std::string data;  // raw payload
  bool operator==(const subscribe_push&) const = default;
};

/// Only on transports without a way back.
struct connect_push {
  connect_result result;
  bool operator==(const connect_push&) const = default;
};

/// Only on transports that have no close frame.
struct disconnect_push {
  std::uint32_t code{};
  std::string reason;
  bool reconnect{};
  bool operator==(const disconnect_push&) const = default;
};

struct refresh_push {
  bool expires{};
  std::uint32_t ttl_s{};
  bool operator==(const refresh_push&) const = default;
};

struct push {
  using body_type = std::variant<publication, join_push, leave_push, unsubscribe_push, message_push,
                                 subscribe_push, connect_push, disconnect_push, refresh_push>;

  std::string channel;  // empty where the connection as a whole is meant
  body_type body;
  std::int64_t id{};  // instead of the channel, when the subscribe reply gave one

  bool operator==(const push&) const = default;
};

}  // namespace troupe::protocol
