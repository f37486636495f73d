// One thread that runs actors: the actor made ready last, a queue from which others may steal, a
// queue of the actors pinned to it, its timers and its reactor. A worker with nothing to run sleeps
// in the reactor.
//
// The actor made ready last runs next: what it was sent is still in the cache, and actors that talk
// to each other stay together. After lifo_max such turns in a row the queues go first, so a pair
// that talks without end starves nobody. Other workers are not woken for it: it waits for no longer
// than the current turn. It may be stolen all the same, from a worker that is held by its turn.
//
// Sleeping and waking: a worker says `parked_`, looks at all queues once more, and sleeps. Whoever
// queues something does so before looking at `parked_`. All four are sequentially consistent, so
// either the worker's last look finds the entry, or the one who queued it sees `parked_` and
// interrupts.
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
  bool parked() const noexcept { return parked_.load(std::memory_order_seq_cst); }

  /// The worker's own thread.
  time_point now() noexcept;
  time_point about_now() noexcept;
  timer_queue& timers() noexcept { return timers_; }
  reactor& events() noexcept { return reactor_; }
  bool has_stealable() const noexcept { return !stealable_.empty(); }
  /// Takes away the actor that would run next here. Any thread.
  actor_cell* take_next() noexcept;
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
  static constexpr std::uint32_t lifo_max = 16;

  void loop() noexcept;
  actor_cell* next() noexcept;
  actor_cell* next_pinned() noexcept;
  void run(actor_cell& cell) noexcept;
  void queue(actor_cell& cell) noexcept;
  bool steal() noexcept;
  void park() noexcept;

  threaded_executor& all_;
  const std::uint32_t index_;
  std::atomic<actor_cell*> next_{nullptr};  // only its own thread puts one in
  std::uint32_t lifo_turns_ = 0;            // in a row
  bool pinned_first_ = false;
  cell_list pinned_;
  waiting_list pinned_elsewhere_;  // by other threads
  run_queue stealable_;
  time_point polled_{};
  timer_queue timers_;
  reactor reactor_;
  std::atomic<bool> parked_{false};
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
