// Why a stream is over, as both of its ends are told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

enum class stream_reason : std::uint8_t {
  completed,         // the writer has written all it had
  cancelled,         // one side gave it up: the reader closed early, the writer was forgotten
  failed,            // the actor of one side failed, restarted or not
  stopped,           // the actor of one side stopped, or was stopping
  idle_timeout,      // one side waited longer than stream_options::idle_timeout for the other
  would_deadlock,    // waiting would have closed a cycle of waiting actors
  mailbox_full,      // never opened: the mailbox refused the request
  no_such_actor,     // never opened: the reference is empty
  too_many_streams,  // never opened: one of the actors has streams_per_actor_max already
};

/// "completed", "idle_timeout", …
std::string_view to_string(stream_reason reason) noexcept;

enum class stream_side : std::uint8_t { reader, writer };

struct stream_end {
  stream_reason reason{};
  stream_side by{};             // the side that ended it
  std::uint64_t actor = 0;      // id of that side's actor; 0 for an empty reference
  std::string_view actor_type;  // static storage
  std::string_view message;     // type of the request; static storage
  std::uint64_t items = 0;      // written before the end
  std::string cycle;            // would_deadlock: "a#1 -> b#2 -> a#1"; else empty

  /// "failed: the writer orders#7 ended list_orders after 12 items"
  std::string describe() const;

  friend bool operator==(const stream_end& left, stream_reason right) noexcept {
    return left.reason == right;
  }
};

}  // namespace troupe
