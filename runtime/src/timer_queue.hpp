// The alarms of one worker, by time. Thread safe: a cell that was stolen takes its alarm out of the
// queue of the worker it came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>

namespace troupe::detail {

/// A binary heap that knows where each alarm is. An alarm is in at most one queue (alarm::queue).
class timer_queue {
 public:
  /// Puts the alarm in this queue at `due`, taking it out of the one it is in.
  void arm(alarm& what, time_point due);
  /// Takes the alarm out of whichever queue it is in.
  static void disarm(alarm& what) noexcept;

  /// The earliest time; time_point::max() when there is none.
  time_point next_due() const noexcept;
  /// Rings what is due. At most `ring_max` a call, so that a burst does not hold up the worker.
  void ring(time_point now);
  static constexpr std::size_t ring_max = 1024;

 private:
  struct entry {
    time_point due;
    std::uint64_t sequence;  // first armed, first rung
    alarm* what;
    bool operator<(const entry& other) const noexcept {
      return due != other.due ? due < other.due : sequence < other.sequence;
    }
  };

  void remove(std::size_t position) noexcept;
  void place(std::size_t position, const entry& item) noexcept;
  void sift_up(std::size_t position) noexcept;
  void sift_down(std::size_t position) noexcept;

  mutable std::mutex mutex_;
  std::vector<entry> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace troupe::detail
