// One thread that runs actors: its own queue, from which others may steal, a queue of the actors
// pinned to it, its timers and its reactor. A worker with nothing to run sleeps in the reactor.
//
// Sleeping and waking: a worker says `parked_`, looks at all queues once more, and sleeps. Whoever
// queues something does so before looking at `parked_`. Each queue is behind a lock, so either the
// worker's last look finds the entry, or the one who queued it sees `parked_` and interrupts.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include <troupe/clock.hpp>

#include "reactor.hpp"
#include "run_queue.hpp"
#include "timer_queue.hpp"

namespace troupe::detail {

class threaded_executor;

class worker {
 public:
  worker(threaded_executor& all, std::uint32_t index);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Null on threads that are not workers.
  static worker* current() noexcept;

  void start();
  void join();
  /// Ends the thread's loop after its current turn. Any thread.
  void request_stop() noexcept;

  /// Any thread.
  void schedule_pinned(actor_cell& cell) noexcept;
  /// Any thread.
  void schedule(actor_cell& cell) noexcept;
  /// True when it was parked, and has been woken. Any thread.
  bool wake_if_parked() noexcept;

  /// The worker's own thread.
  time_point now() noexcept;
  timer_queue& timers() noexcept { return timers_; }
  reactor& events() noexcept { return reactor_; }
  run_queue& stealable() noexcept { return stealable_; }
  threaded_executor& executor() noexcept { return all_; }

  /// Runs what is queued, on the calling thread, when the worker's own has ended.
  bool run_leftover() noexcept;

 private:
  // Turns between two looks at the reactor and the timers while there is work.
  static constexpr std::uint32_t turns_per_round = 64;

  void loop() noexcept;
  actor_cell* next() noexcept;
  void run(actor_cell& cell) noexcept;
  bool steal() noexcept;
  void park() noexcept;

  threaded_executor& all_;
  const std::uint32_t index_;
  run_queue stealable_;
  run_queue pinned_;
  bool pinned_first_ = false;
  timer_queue timers_;
  reactor reactor_;
  std::atomic<bool> parked_{false};
  std::atomic<bool> stopping_{false};
  time_point turn_began_{};  // zero: not read in this turn
  std::thread thread_;
};

/// The machine's monotonic clock.
time_point read_clock() noexcept;

}  // namespace troupe::detail
