// router.hpp — knows where things are: the channel actor of each name, the connections of each
// user. Supervises the channels, and hands orders to the connections that they concern.
//
// An order that a connection's mailbox has no room for is kept here, in its place, and handed over
// when there is room: none is lost, none overtakes another. A connection that lets orders_kept_max
// of them wait is too slow to keep, and stopped.
//
// A channel that fails is restarted channel_restarts_max times within channel_restart_window; past
// that it is stopped, its subscribers are told to subscribe again (unsubscribe 2500), and the next
// one who opens the channel gets a new actor.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/monitor.hpp>

#include "core/configuration.hpp"
#include "core/ids.hpp"
#include "protocol/api/connections.hpp"
#include "protocol/codes.hpp"
#include "services/hub/channel.hpp"
#include "services/hub/connection_index.hpp"
#include "services/hub/context.hpp"
#include "services/hub/fanout.hpp"
#include "services/hub/orders.hpp"

namespace troupe::hub {

/// Reply: the one actor of this channel, spawned when there is none. `options` are those of its
/// namespace and outlive the hub.
struct open_channel {
  using reply = ref<channel>;
  core::channel_name name;
  const core::channel_options* options = nullptr;
};

/// From a channel that nobody uses. When the reference is still the channel of that name it is
/// forgotten and stopped; who still holds it sees `stopped` and opens the channel again.
struct retire {
  core::channel_name name;
  ref<channel> who;
};

/// A client has authenticated. It is forgotten when its actor is gone.
/// Errors: connection_limit, when its user has client.user_connection_limit connections already.
/// With client.subscribe_to_user_personal_channel.single_connection the others of its user end,
/// with connection_limit too.
struct enter {
  using reply = std::expected<void, protocol::disconnect_code>;
  connection who;
};

/// What became of an order: who has it, and who will get it when there is room in its mailbox.
struct routing_decision {
  std::vector<core::client_id> delivered_to;
  std::vector<core::client_id> queued;
};

/// Hands an order to the connections it concerns; that there are none is no error.
struct route {
  using reply = routing_decision;
  protocol::api::connection_filter to;
  std::vector<std::string> except;  // ids of clients
  order what;
};

/// Who is connected: those that all that is given is true of; nothing given: nobody.
struct find_connections {
  using reply = std::vector<connection>;
  protocol::api::connection_filter of;
};

struct hub_figures {
  std::uint64_t clients = 0;
  std::uint64_t users = 0;  // distinct; the anonymous user counts once
  std::uint64_t channels = 0;
  std::uint64_t subscriptions = 0;
};

/// Without the subscriptions, which the fanouts know.
struct count_clients {
  using reply = hub_figures;
};

struct list_channels {
  using reply = std::vector<std::pair<core::channel_name, ref<channel>>>;
};

class router final : public actor {
 public:
  static constexpr std::uint32_t mailbox_capacity = 65'536;
  static constexpr std::uint32_t channel_restarts_max = 5;
  static constexpr std::chrono::seconds channel_restart_window{60};
  static constexpr std::size_t orders_kept_max = 64;  // for one connection
  static constexpr std::chrono::milliseconds hand_over_after{20};

  router(const context& shared, std::vector<ref<fanout>> fanouts);

  ref<channel> on(open_channel message);
  void on(retire message);
  enter::reply on(enter message);
  routing_decision on(route message);
  std::vector<connection> on(find_connections message) const;
  hub_figures on(count_clients);
  list_channels::reply on(list_channels);
  void on(terminated message);  // of a channel or a client

  /// Tries again to hand over what is kept.
  struct hand_over {};
  void on(hand_over);

 private:
  enum class handed : std::uint8_t { delivered, queued, lost };

  static tell_status tell(const connection& one, const order& what);
  handed hand(const connection& one, const order& what);

  const context& shared_;
  std::vector<ref<fanout>> fanouts_;
  std::unordered_map<core::channel_name, ref<channel>> channels_;
  std::unordered_map<std::uint64_t, core::channel_name> channel_names_;  // by actor id
  connection_index connections_;
  std::unordered_map<std::uint64_t, std::deque<order>> kept_;  // by actor id, never empty ones
};

}  // namespace troupe::hub
