// executor: the seam between actors and what runs them. Two implementations: worker threads
// (threaded_executor) and the deterministic simulation (sim/).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/io/acceptor.hpp>
#include <troupe/offload.hpp>

#include "latch.hpp"

namespace troupe::detail {

/// A handler that does not return.
struct held_worker {
  std::uint32_t worker = 0;
  std::uint64_t actor = 0;
  duration held{};
  std::uint32_t report = 1;  // how many there were of this one, with this
};

/// What an executor that watches its workers asks of the system, on a thread of its own.
struct watch_target {
  std::function<std::uint32_t(std::uint64_t actor)> progress;  // changes with each message
  std::function<std::uint64_t()> alive;                        // actors, about
  std::function<void(const held_worker&)> held;
};

class executor {
 public:
  virtual ~executor() = default;

  /// Has the cell's run_turn() called soon, once. Any thread; the cell is `active`, see cell.hpp.
  virtual void schedule(actor_cell& cell) noexcept = 0;

  /// Constant during a turn.
  virtual time_point now() noexcept = 0;
  virtual wall_time wall_now() noexcept = 0;
  /// The time as last read for this thread: up to about 10 ms ago, at no cost. For what is
  /// reported, and for long deadlines.
  virtual time_point about_now() noexcept = 0;
  /// The time itself, not that of the turn: for measuring what happens within one.
  virtual time_point stamp() noexcept = 0;

  /// Calls alarm_rang() of the owner at `due` or soon after; replaces an earlier arming.
  /// On a turn of the owner.
  virtual void arm(alarm& what, time_point due) noexcept = 0;
  /// No alarm_rang() comes after it that was not under way. On a turn of the owner.
  virtual void disarm(alarm& what) noexcept = 0;

  /// Blocks a thread that is not a worker until the latch is set; false after `within`.
  virtual bool wait(latch& event, duration within) = 0;

  /// Executes the job on a thread where it may block; false when too much waits already.
  virtual bool run_blocking(offload_job& job) noexcept = 0;

  virtual std::uint32_t worker_count() const noexcept = 0;
  virtual std::uint64_t seed() noexcept = 0;

  virtual std::expected<std::unique_ptr<io::acceptor>, io::error> listen(
      const io::endpoint& address, const io::accept_target& owner) = 0;

  /// Begins to watch for handlers that hold their worker, where that can happen. Once.
  virtual void watch(watch_target) {}

  /// Ends the threads after their current turns.
  virtual void stop() noexcept = 0;
  /// After stop(): runs what is queued, and what that queues, on the calling thread.
  virtual void run_leftover() noexcept = 0;
};

}  // namespace troupe::detail
