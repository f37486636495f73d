// channel.hpp — one channel: gives publications their order and offsets, knows who is subscribed,
// and hands everything to the fanouts in that order.
//
// Runs on its own mailbox; while a handler is suspended (on history) nothing else of this channel
// runs, so an answer to subscribe is a cut through the stream: what it does not hold comes live.
// A channel that is restarted asks the fanouts who is attached, so subscribers notice nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <troupe/actor.hpp>

#include "core/configuration.hpp"
#include "core/ids.hpp"
#include "ports/history.hpp"
#include "protocol/client/history.hpp"
#include "protocol/client/presence.hpp"
#include "protocol/client/presence_stats.hpp"
#include "protocol/client/publication.hpp"
#include "protocol/client/push.hpp"
#include "protocol/client/stream_position.hpp"
#include "protocol/codes.hpp"
#include "services/hub/context.hpp"
#include "services/hub/fanout.hpp"
#include "services/hub/recent_keys.hpp"
#include "services/hub/subscription.hpp"
#include "services/hub/tags_filter.hpp"

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
  std::shared_ptr<const tags_filter> filter;  // of what is recovered; live, the client filters
  std::string data;                           // for the result, raw payload
};

/// From a fanout: a subscriber is gone. Not a reply to anything.
struct left {
  std::string client;
  subscription_number number = 0;
};

/// Reply: the position given, or an empty one when the channel keeps no history. Delivered to
/// subscribers at most once, recoverable from history. With an idempotency key the same reply comes
/// again for ports::idempotency_ttl, without publishing again. A version that is not newer than the
/// channel's is not published; the reply is the channel's position.
/// Errors: internal (history not available, nothing was published).
struct publish {
  using reply = std::expected<protocol::stream_position, protocol::error>;
  protocol::publication publication;  // without offset and time
  bool skip_history = false;
  bool delta = false;                   // may go out as a patch
  ports::append_conditions conditions;  // the version means nothing without history
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

  /// Tells subscribers where the stream is at, behind everything that was sent to them: whoever is
  /// elsewhere has missed something, and subscribes again.
  struct check_positions {};
  task<> on(check_positions);

 private:
  /// The answer to a subscribe, and where deliveries go on from.
  struct admission {
    protocol::subscribe_result result;
    starting_point start;
  };
  /// Those of the configuration in use; of a namespace that is configured no more, the last.
  const core::channel_options& options();
  ports::history_limits history_limits();
  task<std::expected<admission, protocol::error>> admit(subscribe message);
  void add_recovery(admission& to, const subscribe& message, ports::history_page page);
  /// Both also keep the counts that depend on who is there.
  void insert(subscriber who, bool ready);
  void erase(std::map<std::string, subscriber>::iterator who);
  /// Tells a join or a leave to those who want to hear of it.
  task<> tell_audience(protocol::push::body_type what);
  /// Sends to the fanouts with subscribers; waits while one has no room. Throws when it has none
  /// for fanout_wait_max: the subscribers then learn of the gap by the restart.
  task<> send_to_fanouts(broadcast message);
  /// What remains to be done with one that has its place in the stream, if it has one.
  task<> deliver(protocol::publication publication, std::string epoch, bool as_delta);

  static constexpr std::chrono::seconds fanout_wait_max{5};
  static constexpr std::chrono::seconds idle_max{30};

  const core::channel_name name_;
  const core::channel_options* options_;
  const core::configuration* options_from_ = nullptr;
  const context& shared_;
  ref<router> registry_;
  std::vector<ref<fanout>> fanouts_;
  std::map<std::string, subscriber> subscribers_;  // by connection id: presence, in its order
  std::vector<std::uint32_t> subscribers_on_;      // how many, by worker
  format_counts formats_;                          // of all subscribers
  push_audience audience_;                         // the same subscribers, for publications
  recent_keys keys_;                               // of publications without a place in the stream
  /// The last publication, where patches against it may be wanted.
  struct delivered {
    std::string data;
    protocol::stream_position position;
  };
  std::optional<delivered> last_;
  time_point last_used_{};
};

}  // namespace troupe::hub
