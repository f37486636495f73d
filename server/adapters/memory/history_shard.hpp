// history_shard.hpp — the streams of the channels that hash to one shard, behind one mutex.
//
// Internal to memory/: history.hpp says what is promised. Invariants, while the mutex is free:
//   1. The publications kept by a stream have the offsets up to its position's, without a hole.
//   2. Every stream has one entry in the agenda, due no later than something of it expires. An
//      entry that comes due too early, because the stream was used since, is put off then: so a
//      publish costs no reordering.
//   3. The budgets count exactly the streams here and the bytes of the publications and keys that
//      they keep.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <troupe/random.hpp>

#include "adapters/memory/budget.hpp"
#include "adapters/memory/idempotency_keys.hpp"
#include "ports/history.hpp"

namespace troupe::memory {

/// What a kept publication counts against the bound: its texts, and a fixed share for the rest.
[[nodiscard]] std::size_t kept_bytes(const protocol::publication& publication) noexcept;

/// Thread safe. The budgets outlive it.
class history_shard {
 public:
  history_shard(std::uint64_t seed, budget& streams, budget& bytes)
      : random_(seed), streams_budget_(streams), bytes_budget_(bytes) {}

  std::expected<ports::append_result, ports::history_errc> append(
      const core::channel_name& channel, protocol::publication publication,
      const ports::history_limits& limits, ports::append_conditions conditions, time_point now);

  std::expected<ports::history_page, ports::history_errc> read(const core::channel_name& channel,
                                                               const ports::history_filter& filter,
                                                               const ports::history_limits& limits,
                                                               time_point now);

  void remove(const core::channel_name& channel, time_point now);

  /// Drops at most `steps_max` (2..) publications and positions that have expired.
  void sweep(time_point now, std::size_t steps_max);

 private:
  using agenda = std::multimap<time_point, const core::channel_name*>;

  struct stream {
    protocol::stream_position top;
    std::uint64_t version = 0;
    std::string version_epoch;
    std::deque<protocol::publication> kept;  // oldest first
    std::unique_ptr<idempotency_keys> keys;  // null: none yet
    time_point kept_until;                   // means nothing while `kept` is empty
    time_point position_until;               // never before kept_until
    agenda::iterator entry;

    [[nodiscard]] time_point due() const noexcept {
      const time_point due = kept.empty() ? position_until : kept_until;
      return keys && !keys->empty() ? std::min(due, keys->until()) : due;
    }
  };
  using stream_map = std::unordered_map<core::channel_name, stream>;

  // All need the mutex.
  stream* find(const core::channel_name& channel, time_point now);  // drops what has expired of it
  std::expected<stream*, ports::history_errc> make(const core::channel_name& channel);
  void forget_keys(stream& of, time_point now);
  void use(stream& used, const ports::history_limits& limits, time_point now);
  void erase(stream_map::iterator at);
  void drop_oldest(stream& of, std::size_t count);
  void reschedule(stream& moved);

  std::mutex mutex_;
  random_source random_;
  stream_map streams_;
  agenda agenda_;
  budget& streams_budget_;
  budget& bytes_budget_;
};

}  // namespace troupe::memory
