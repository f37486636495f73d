// One thread that runs actors: its queues, its timers and its reactor. A worker with nothing to run
// sleeps in the reactor.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>

#include "reactor.hpp"
#include "timer_queue.hpp"
#include "worker_queues.hpp"

namespace troupe::detail {

class threaded_executor;

/// What the queues of a worker are made of.
struct machine_worker {
  using cell = actor_cell;
  using group = threaded_executor;
  using reactor = detail::reactor;
  using sync = machine_sync;
  static constexpr std::uint64_t ring_capacity = 256;
};

class worker : public basic_worker_queues<machine_worker> {
 public:
  worker(threaded_executor& all, std::uint32_t index);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Null on threads that are not workers.
  static worker* current() noexcept { return current_worker; }

  void start();
  void join();
  /// Ends the thread's loop after its current turn. Any thread.
  void request_stop() noexcept;

  /// Any thread.
  void schedule_pinned(actor_cell& cell) noexcept;
  /// Any thread.
  void schedule(actor_cell& cell) noexcept {
    basic_worker_queues::schedule(cell, current_worker == this);
  }

  /// The worker's own thread.
  time_point now() noexcept;
  time_point about_now() noexcept;
  timer_queue& timers() noexcept { return timers_; }
  reactor& events() noexcept { return reactor_; }
  threaded_executor& executor() noexcept { return all_; }

  /// For the watchdog: the number of the turn, odd while it runs, and of the actor whose turn it
  /// is.
  std::uint64_t turn() const noexcept { return turn_; }
  std::uint64_t running() const noexcept { return running_; }
  void set_clock(time_point now) noexcept { clock_ = now.time_since_epoch().count(); }

  /// Runs what is queued, on the calling thread, when the worker's own has ended.
  bool run_leftover() noexcept;

 private:
  // While there is work: turns between two looks at the clock, and time between two at the reactor.
  static constexpr std::uint32_t turns_per_round = 16;
  static constexpr duration poll_interval = std::chrono::microseconds(50);

  void loop() noexcept;
  void poll_now_and_then(time_point present) noexcept;
  void run(actor_cell& cell) noexcept;
  void park() noexcept;

  static constinit thread_local worker* current_worker;

  threaded_executor& all_;
  const std::uint32_t index_;
  time_point polled_{};
  timer_queue timers_;
  reactor reactor_;
  std::atomic<bool> stopping_{false};
  time_point turn_began_{};  // zero: not read in this turn
  coarse_clock clock_;       // when the clock was last read, or the watchdog looked
  shown<std::uint64_t> turn_{0};
  shown<std::uint64_t> running_{0};
  std::thread thread_;
};

/// The machine's monotonic clock.
time_point read_clock() noexcept;

}  // namespace troupe::detail
