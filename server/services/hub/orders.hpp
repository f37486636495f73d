// orders.hpp — what the application, or the hub itself, wants of connections. The router finds the
// connections and hands each an order; the client carries it out (client_orders.cpp), in the order
// given, and after its connect has been answered.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "core/ids.hpp"
#include "crypto/claims.hpp"
#include "protocol/client/stream_position.hpp"

namespace troupe::hub {

/// A subscription that the server begins: by the token, by the configuration or by the application.
struct server_subscription {
  core::channel_name name{};
  std::string info{};  // payload: chan_info of the subscriber
  std::string data{};  // payload for the client
  crypto::subscription_override override{};
  std::optional<crypto::sys_seconds> ends{};
  std::optional<protocol::stream_position> recover_since{};
};

/// At most one for each channel, by its name.
using server_subscriptions = std::map<std::string, server_subscription>;

/// Ends the connection. The code is one of a close frame, 3000–4999.
struct end_client {
  std::uint16_t code = 0;
  std::string reason;
};

/// Ends the subscription, whoever began it, with unsubscribe 2000. Of what there is not, nothing.
struct end_subscriptions {
  core::channel_name name;  // empty: all
};

/// Nothing happens when there is a subscription to that channel already. One over
/// client.channel_limit ends the connection with 3505.
struct add_subscription {
  server_subscription what;
};

/// How long the connection may go on; when that is over already, it ends with 3005.
struct refresh_client {
  bool expired = false;
  std::optional<crypto::sys_seconds> ends;  // nothing: never
  std::string info;                         // replaces conn_info; empty: it stays
};

using order = std::variant<end_client, end_subscriptions, add_subscription, refresh_client>;

}  // namespace troupe::hub
