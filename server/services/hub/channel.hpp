// channel.hpp — one channel: gives publications their order and offsets, knows who is subscribed,
// and hands everything to the fanouts in that order.
//
// Runs on its own mailbox; while a handler is suspended (on history) nothing else of this channel
// runs, so an answer to subscribe is a cut through the stream: what it does not hold comes live.
// A channel that is restarted asks the fanouts who is attached, so subscribers notice nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/actor.hpp>

#include "core/configuration.hpp"
#include "core/ids.hpp"
#include "protocol/client/history.hpp"
#include "protocol/client/presence.hpp"
#include "protocol/client/presence_stats.hpp"
#include "protocol/client/publication.hpp"
#include "protocol/client/push.hpp"
#include "protocol/client/stream_position.hpp"
#include "protocol/codes.hpp"
#include "services/hub/context.hpp"
#include "services/hub/fanout.hpp"
#include "services/hub/subscription.hpp"

namespace troupe::hub {

class router;

/// Reply: accepted; the result itself comes to the client as `subscribed`, through its fanout.
/// Errors: unrecoverable_position (only when rejected on purpose), internal (history or fanout not
/// available; nothing has changed).
struct subscribe {
  using reply = std::expected<void, protocol::error>;
  subscriber who;
  std::uint32_t command_id = 0;
  bool positioned = false;
  bool recoverable = false;
  std::optional<protocol::stream_position> recover_from;
  bool reject_unrecovered = false;
  std::optional<std::uint32_t> expires_in_s;
  std::string data;  // for the result, raw payload
};

/// From a fanout: a subscriber is gone. Not a reply to anything.
struct left {
  std::string client;
  subscription_number number = 0;
};

/// Reply: the position given, or an empty one when the channel keeps no history. Delivered to
/// subscribers at most once, recoverable from history. With an idempotency key the same reply comes
/// again for idempotency_ttl, without publishing again.
/// Errors: internal (history not available, nothing was published).
struct publish {
  using reply = std::expected<protocol::stream_position, protocol::error>;
  protocol::publication publication;  // without offset and time
  bool skip_history = false;
  std::string idempotency_key;
};

/// Errors: unrecoverable_position (`since` of another epoch), internal.
struct read_history {
  using reply = std::expected<protocol::history_result, protocol::error>;
  std::optional<std::size_t> limit;  // unset: all
  std::optional<protocol::stream_position> since;
  bool reverse = false;
};

/// What a history request asks of the channel: at most `most` publications for a client, unset for
/// the application. Errors: bad_request (a reverse read from before the first publication).
std::expected<read_history, protocol::error> to_read_history(
    const protocol::history_request& request, std::optional<std::size_t> most);

/// Drops the publications, keeps the position. Errors: internal.
struct remove_history {
  using reply = std::expected<void, protocol::error>;
};

struct get_presence {
  using reply = protocol::presence_result;
};

struct get_presence_stats {
  using reply = protocol::presence_stats_result;
};

/// Listed in the presence or not.
struct count_subscribers {
  using reply = std::uint32_t;
};

class channel final : public actor {
 public:
  static constexpr std::uint32_t mailbox_capacity = 4096;

  channel(core::channel_name name, const core::channel_options& options, const context& shared,
          ref<router> registry, std::vector<ref<fanout>> fanouts);

  task<std::expected<void, start_error>> started();

  task<subscribe::reply> on(subscribe message);
  task<> on(left message);
  task<publish::reply> on(publish message);
  task<read_history::reply> on(read_history message);
  task<remove_history::reply> on(remove_history message);
  protocol::presence_result on(get_presence);
  protocol::presence_stats_result on(get_presence_stats);
  std::uint32_t on(count_subscribers) const {
    return static_cast<std::uint32_t>(subscribers_.size());
  }

  /// Asks the registry to be retired when nobody has used the channel for a while.
  struct look_idle {};
  void on(look_idle);

 private:
  struct accepted_before {
    std::string key;
    time_point when;
    protocol::stream_position result;
  };

  /// Those of the configuration in use; of a namespace that is configured no more, the last.
  const core::channel_options& options();
  ports::history_limits history_limits();
  task<std::expected<protocol::subscribe_result, protocol::error>> result_for(subscribe message);
  /// Both also keep the counts that depend on who is there.
  void insert(subscriber who);
  void erase(std::map<std::string, subscriber>::iterator who);
  /// Tells a join or a leave to those who want to hear of it.
  task<> tell_audience(protocol::push::body_type what);
  /// Sends to the fanouts with subscribers; waits while one has no room. Throws when it has none
  /// for fanout_wait_max: the subscribers then learn of the gap by the restart.
  task<> send_to_fanouts(broadcast message);
  void forget_old_keys();

  static constexpr std::chrono::seconds fanout_wait_max{5};
  static constexpr std::chrono::seconds idle_max{30};
  static constexpr std::chrono::minutes idempotency_ttl{5};
  static constexpr std::size_t idempotency_keys_max = 10'000;  // the oldest goes first

  const core::channel_name name_;
  const core::channel_options* options_;
  const core::configuration* options_from_ = nullptr;
  const context& shared_;
  ref<router> registry_;
  std::vector<ref<fanout>> fanouts_;
  std::map<std::string, subscriber> subscribers_;  // by connection id: presence, in its order
  std::vector<std::uint32_t> subscribers_on_;      // how many, by worker
  format_counts formats_;                          // of the subscribers
  std::unordered_map<std::string, std::size_t> key_places_;  // sequence number in accepted_keys_
  std::deque<accepted_before> accepted_keys_;
  std::size_t keys_forgotten_ = 0;
  time_point last_used_{};
};

}  // namespace troupe::hub
