// inspect: what the actors of a system are doing now, page by page, while they go on.
//
//   for (troupe::inspect_page page = troupe::inspect(system);; ) {
//     for (const troupe::actor_status& each : page.actors) …
//     if (!page.next) break;
//     page = troupe::inspect(system, *page.next);
//   }
//
// Nothing is stopped and no message is sent: a cell publishes what it does, and this reads it. So
// an actor is seen as it was at some moment during the call, and not all at the same moment.
//
// From any thread, also from an actor's handler, until the system is destroyed. Each actor that
// lives from the first page to the last is on exactly one page; one that comes or goes meanwhile is
// on one or on none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/correlation.hpp>

namespace troupe {

class system;

enum class actor_state : std::uint8_t {
  starting,    // not constructed yet, or in started()
  idle,        // nothing to do
  ready,       // has something to do and waits for a worker
  running,     // has a worker
  suspended,   // its handler waits, and the mailbox with it
  restarting,  // has failed; waits for its backoff, or for its supervisor's decision
  stopping     // its children stop, or its stopping() runs
};

/// "starting", "idle", …
std::string_view to_string(actor_state state) noexcept;

struct actor_status {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  // 0 for the root of the system, whose type is "detail::root_actor"
  std::string_view type{};   // static storage
  actor_state state{};
  std::uint32_t mailbox_depth = 0;  // with the message that runs
  std::uint32_t mailbox_capacity = 0;
  std::uint64_t processed = 0;  // messages, failed ones included; may be off by those of this turn
  std::uint64_t failed = 0;     // likewise
  std::uint32_t restarts = 0;

  /// Since it last ran; zero while it runs. Times are exact to `inspect_precision`.
  duration inactive{};
  /// Type of the message it handles, or the hook it runs; empty when there is none.
  std::string_view message{};    // static storage
  duration in_message{};         // since it took that message up; zero when there is none
  correlation_id correlation{};  // of that message

  /// "account#7"
  std::string name() const;
};

/// Actors do not read the clock for every message: they take the time from their worker, which
/// reads it once a round of turns at least, and every 10 ms while it runs.
inline constexpr duration inspect_precision = std::chrono::milliseconds(20);

/// Where a walk is. A plain number, that may be kept or handed to a client; not of another system.
struct inspect_cursor {
  std::uint64_t position = 0;
  friend bool operator==(inspect_cursor, inspect_cursor) = default;
};

struct inspect_page {
  std::vector<actor_status> actors;
  /// Unset on the last page. A page may be short, or empty, and not the last.
  std::optional<inspect_cursor> next;
};

struct inspect_options {
  static constexpr std::size_t page_size_max = 1000;

  std::size_t page_size = 100;  // 1..page_size_max; clamped
  std::uint64_t subtree = 0;    // only this actor and those below it; 0: all
};

/// One page from `from` on; the first without. A call looks at 16'000 actors at most, and takes
/// a lock for no more than 16 of them at a time.
inspect_page inspect(system& of, inspect_cursor from = {}, const inspect_options& options = {});

/// The actor of this id; nothing when it has stopped or never was.
std::optional<actor_status> inspect_actor(system& of, std::uint64_t id);

}  // namespace troupe
