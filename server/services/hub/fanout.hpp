// fanout.hpp — one per worker, pinned to it: hands what a channel says to the subscribers whose
// connections live on this worker. A publication crosses threads once per worker, not once per
// subscriber.
//
// Attach, broadcast and detach of one channel come in the order its channel actor sent them, and
// leave in that order: a subscriber hears the answer to its subscribe first, and then every
// publication after the position in it, without a gap. Subscribers of a channel that is gone for
// good are told to subscribe again.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/monitor.hpp>

#include "core/ids.hpp"
#include "protocol/client/subscribe.hpp"
#include "protocol/codes.hpp"
#include "services/hub/context.hpp"
#include "services/hub/encoded_push.hpp"
#include "services/hub/subscription.hpp"

namespace troupe::hub {

class channel;

/// From a channel: `who` is subscribed from here on. Passes the answer on to the client.
struct attach {
  core::channel_name name;
  ref<channel> from;
  subscriber who;
  std::uint32_t command_id = 0;
  protocol::subscribe_result result;
  starting_point start;
};

/// From a client: ends its subscription. When the reply has come, nothing more is delivered for it;
/// the channel hears of it too, however busy it is. Ending what is not there is no error.
struct detach {
  using reply = void;
  core::channel_name name;
  std::uint64_t client_actor = 0;
  subscription_number number = 0;
};

/// From a channel: for its subscribers on this worker.
struct broadcast {
  enum class audience : std::uint8_t { all, wants_join_leave };

  core::channel_name name;
  shared_push push;
  audience to = audience::all;
};

/// From a channel that has been restarted: who is attached to it on this worker.
struct list_attached {
  using reply = std::vector<subscriber>;
  core::channel_name name;
};

/// Answers when everything that was sent before it has been handed to the clients.
struct barrier {
  using reply = void;
};

struct count_subscriptions {
  using reply = std::uint64_t;
};

class fanout final : public actor {
 public:
  static constexpr std::uint32_t mailbox_capacity = 16'384;

  explicit fanout(const context& shared) : shared_(shared) {}

  void on(attach message);
  void on(detach message);
  void on(broadcast message);
  std::vector<subscriber> on(list_attached message);
  void on(barrier) {}
  std::uint64_t on(count_subscriptions) { return subscriptions_; }
  void on(terminated message);  // of a client or a channel

  /// Tells channels of subscribers that left while the channel's mailbox was full.
  struct tell_again {};
  void on(tell_again);

 private:
  /// Subscribers of one channel, by the id of the client actor.
  struct group {
    ref<channel> from;
    std::vector<subscriber> members;
  };
  struct departure {
    ref<channel> from;
    std::string client;
    subscription_number number;
  };
  using groups = std::unordered_map<core::channel_name, group>;

  static std::vector<subscriber>::iterator find(group& in, std::uint64_t client_actor);
  void drop(groups::iterator where, std::vector<subscriber>::iterator who);
  void client_is_gone(const std::vector<core::channel_name>& subscribed_to, std::uint64_t actor);
  void channel_is_gone(const core::channel_name& name, std::uint64_t actor);
  void tell_left(departure gone);

  static constexpr std::chrono::milliseconds tell_again_after{20};

  const context& shared_;
  groups groups_;
  std::unordered_map<std::uint64_t, std::vector<core::channel_name>> channels_of_client_;
  std::unordered_map<std::uint64_t, core::channel_name> watched_channels_;  // by actor id
  std::vector<departure> departures_;  // at most one for each subscription there was
  std::uint64_t subscriptions_ = 0;
};

}  // namespace troupe::hub
