// history.hpp — the embedded adapter of ports/history.hpp: publications in memory, gone with the
// process. A restarted server gives new epochs, so that clients see that they missed something.
//
// Any thread may call. A channel belongs to one of shards_count shards, each behind a mutex of its
// own that is held for one lookup and the copying of one page, never across a suspension: every
// call completes inline.
//
// Two bounds hold the whole: streams_max positions and bytes_max of publications. At a bound, what
// would need more is refused as unavailable and nothing is evicted for it: a channel cannot push
// out what another was promised to keep. What has expired makes room, at the latest when sweep()
// comes to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "adapters/memory/budget.hpp"
#include "adapters/memory/history_shard.hpp"
#include "ports/history.hpp"

namespace troupe::memory {

struct history_options {
  /// Channels that have a position: with publications, or none but an epoch. 1..
  std::size_t streams_max = 1'000'000;
  /// Of publications: payloads, infos, tags and idempotency keys, and a fixed share for each.
  /// About what they occupy; positions (a few hundred bytes each) come on top.
  std::size_t bytes_max = std::size_t{1024} * 1024 * 1024;
};

/// Counted as the bounds are; with what has expired and was not swept yet.
struct history_usage {
  std::size_t streams = 0;
  std::size_t bytes = 0;

  bool operator==(const history_usage&) const = default;
};

class history final : public ports::history {
 public:
  static constexpr std::size_t shards_count = 64;
  /// A sweep goes through all shards and drops at most this many publications and positions of
  /// each, the longest expired first; what is left waits for the next call.
  static constexpr std::size_t sweep_steps_per_shard = 1024;

  /// The epochs are random texts of epoch_length letters and digits, drawn from the seed: the same
  /// seed and the same calls give the same epochs. A running server takes a new seed each time.
  explicit history(std::uint64_t seed, history_options options = {});

  /// Error: unavailable, when the channel is new and there are streams_max, or when the publication
  /// would pass bytes_max (less what it pushes out of its own channel).
  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override;

  /// Error: unavailable, when the channel is new and there are streams_max.
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override;

  /// Has no error.
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override;

  void sweep(time_point now) override;

  /// A snapshot. Any thread.
  [[nodiscard]] history_usage usage() const noexcept { return {streams_.used(), bytes_.used()}; }

 private:
  history_shard& shard_of(const core::channel_name& channel) noexcept;

  budget streams_;
  budget bytes_;
  std::deque<history_shard> shards_;  // a deque, because a shard does not move
};

}  // namespace troupe::memory
