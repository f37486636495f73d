// history.hpp — the publications that channels keep, each with its offset.
//
// A stream has a position: the offset of its newest publication (0: none yet) and an epoch, a
// random text chosen when the stream begins. A client that comes back with an epoch of its own
// knows whether offsets still mean the same. Publications go by size and age; the position stays
// for `meta_ttl` after the last use, so that a gap is never taken for "nothing new".
//
// Calls may come from any actor on any worker; for one channel they come one at a time (its channel
// actor makes them). A call suspends the actor, or completes at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/task.hpp>

#include "core/ids.hpp"
#include "protocol/client/publication.hpp"
#include "protocol/client/stream_position.hpp"

namespace troupe::ports {

enum class history_errc {
  unavailable,  // the store cannot be reached or is full; nothing was written
};

/// What a namespace says about keeping. What is kept, and how long, was said by the latest append;
/// of a read's limits only meta_ttl counts. A position never goes before its publications.
struct history_limits {
  std::size_t size = 0;              // publications kept, the newest ones; 1..
  std::chrono::milliseconds ttl{0};  // they go when nothing was published for so long; > 0
  std::chrono::milliseconds meta_ttl{
      0};  // the position goes when no append or read used it for so long
};

struct history_filter {
  /// Which side of it to read: forward, offsets above it; reverse, offsets below it. Unset: from
  /// the oldest forward, from the newest in reverse. The epoch is not looked at.
  std::optional<std::uint64_t> since_offset{};
  std::optional<std::size_t> limit{};  // unset: all; 0: the position only
  bool reverse = false;                // newest first
};

struct history_page {
  std::vector<protocol::publication> publications;  // in the order asked for, with offsets
  protocol::stream_position top;                    // newest offset and epoch; made by this call
                                                    // when there was no stream
};

/// What may keep a publication out of the stream; the default lets every one in.
struct append_conditions {
  /// Of a publication that was appended under the same key less than idempotency_ttl ago, this is a
  /// repetition. Keys live and die with their stream, which remembers those of its newest
  /// idempotency_offsets_max publications. Empty: none.
  std::string idempotency_key{};
  /// When the stream has a version of the same version_epoch (or this one's is empty) that is not
  /// below this, the publication is outdated; else the stream has this one from now on. 0: none.
  std::uint64_t version = 0;
  std::string version_epoch{};
};

inline constexpr std::chrono::minutes idempotency_ttl{5};
inline constexpr std::uint64_t idempotency_offsets_max = 10'000;

struct append_result {
  enum class outcome : std::uint8_t {
    appended,  // at `position`
    repeated,  // `position` is that of the first time; nothing was written
    outdated,  // `position` is the stream's; nothing was written
  };
  protocol::stream_position position;
  outcome what = outcome::appended;

  bool operator==(const append_result&) const = default;
};

class history {
 public:
  virtual ~history() = default;

  /// Gives the publication the next offset (the first is 1) and keeps it, with its key and version.
  /// Acknowledged means: as durable as the adapter is. Errors: unavailable.
  virtual task<std::expected<append_result, history_errc>> append(core::channel_name channel,
                                                                  protocol::publication publication,
                                                                  history_limits limits,
                                                                  append_conditions conditions,
                                                                  time_point now) = 0;

  /// Errors: unavailable.
  virtual task<std::expected<history_page, history_errc>> read(core::channel_name channel,
                                                               history_filter filter,
                                                               history_limits limits,
                                                               time_point now) = 0;

  /// Drops the publications; offset and epoch stay. Errors: unavailable.
  virtual task<std::expected<void, history_errc>> remove(core::channel_name channel,
                                                         time_point now) = 0;

  /// Drops what has expired, a bounded part at a time; called every few seconds.
  virtual void sweep(time_point now) = 0;
};

}  // namespace troupe::ports
