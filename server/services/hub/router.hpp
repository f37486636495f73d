// router.hpp — knows where things are: the channel actor of each name, the connections of each
// user. Supervises the channels.
//
// A channel that fails is restarted channel_restarts_max times within channel_restart_window; past
// that it is stopped, its subscribers are told to subscribe again (unsubscribe 2500), and the next
// one who opens the channel gets a new actor.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/monitor.hpp>

#include "core/configuration.hpp"
#include "core/ids.hpp"
#include "services/hub/channel.hpp"
#include "services/hub/context.hpp"
#include "services/hub/fanout.hpp"

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
struct enter {
  using reply = void;
  core::user_id user;
  ref<client> who;
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

  router(const context& shared, std::vector<ref<fanout>> fanouts);

  ref<channel> on(open_channel message);
  void on(retire message);
  void on(enter message);
  hub_figures on(count_clients);
  list_channels::reply on(list_channels);
  void on(terminated message);  // of a channel or a client

 private:
  const context& shared_;
  std::vector<ref<fanout>> fanouts_;
  std::unordered_map<core::channel_name, ref<channel>> channels_;
  std::unordered_map<std::uint64_t, core::channel_name> channel_names_;  // by actor id
  std::unordered_map<std::uint64_t, core::user_id> users_of_clients_;    // by actor id
  std::unordered_map<core::user_id, std::uint32_t> connections_of_users_;
};

}  // namespace troupe::hub
