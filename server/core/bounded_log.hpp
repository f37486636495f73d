// bounded_log.hpp — keeps a hostile or unlucky client from filling the disk with log lines.
//
// An event is written as it comes up to a number of times a second; what comes beyond that within
// the same second is counted, and said once that second is over:
//   warn  connection refused reason=origin
//   warn  connection refused suppressed=120
// Fatal messages always pass. Events are told apart by their text, which is part of the program,
// so nothing from outside decides how many are remembered.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include <troupe/clock.hpp>

#include "core/log.hpp"

namespace troupe::core {

class bounded_log final : public log {
 public:
  static constexpr std::uint32_t per_second_default = 20;
  static constexpr std::size_t events_max = 1024;  // events over this are not counted but written

  /// `next` outlives this object. `now` is called from any thread, one at a time; a clock that
  /// jumps costs at most one more round of lines.
  bounded_log(log& next, std::function<wall_time()> now,
              std::uint32_t per_second_max = per_second_default);
  /// Says what is still unsaid.
  ~bounded_log() override;
  bounded_log(const bounded_log&) = delete;
  bounded_log& operator=(const bounded_log&) = delete;

  [[nodiscard]] bool enabled(log_level level) const noexcept override;
  void write(log_level level, log_event event, std::span<const log_field> fields) override;

  /// Says what was suppressed in seconds that are over. Every `write` of a later second does so
  /// too; a timer that calls this once a second makes it prompt.
  void settle();

 private:
  struct tally {
    log_event event;
    log_level level;
    std::chrono::sys_seconds second;
    std::uint32_t written = 0;
    std::uint64_t suppressed = 0;
  };

  // All need the mutex.
  bool admit(log_level level, log_event event, std::chrono::sys_seconds second);
  void collect(std::chrono::sys_seconds second, std::vector<tally>& unsaid);

  void say(const std::vector<tally>& unsaid);

  log& next_;
  const std::function<wall_time()> now_;
  const std::uint32_t per_second_max_;
  std::mutex mutex_;
  std::map<std::string_view, tally> tallies_;  // by the event's text
  std::size_t unsaid_count_ = 0;               // tallies with something suppressed
  std::chrono::sys_seconds collected_in_;      // what is unsaid since then is of that second
};

}  // namespace troupe::core
