// span_sink: the port through which spans leave the runtime, for a tracing system or a log.
//
// There is one span for each message that carries a correlation id: what it was, who handled it,
// how long it waited and how long it took, and which message's handler sent it. Without a sink no
// clock is read for it.
#pragma once

#include <cstdint>
#include <string_view>

#include <troupe/clock.hpp>
#include <troupe/correlation.hpp>

namespace troupe {

enum class span_outcome : std::uint8_t {
  handled,
  failed,      // the handler threw, or was ended by a stop
  expired,     // the asker had given up before it was picked up
  dead_letter  // never handled: dropped, or left in the mailbox of an actor that stopped
};

/// "handled", "failed", …
std::string_view to_string(span_outcome outcome) noexcept;

struct span {
  correlation_id correlation;
  std::uint64_t id = 0;      // unique in the system, never 0
  std::uint64_t parent = 0;  // of the message whose handler sent this one; or with_correlation's
  std::uint64_t actor = 0;
  std::string_view actor_type{};  // static storage
  std::string_view message{};     // static storage
  time_point sent{};              // when it was sent
  duration queued{};              // until it was picked up, or given up
  duration took{};                // in the handler, suspension included; zero when it never ran
  span_outcome outcome{};
};

class span_sink {
 public:
  virtual ~span_sink() = default;
  /// Once for each span, when it has ended. On any worker, several at a time, in the middle of a
  /// turn: hand it on and return.
  virtual void record(const span& ended) noexcept = 0;
};

}  // namespace troupe
