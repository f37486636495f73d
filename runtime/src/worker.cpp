#include "worker.hpp"

#include <algorithm>

#include "memory_pool.hpp"
#include "threaded_executor.hpp"
#include "type_counters.hpp"

namespace troupe::detail {
constinit thread_local worker* worker::current_worker = nullptr;

time_point read_clock() noexcept {
  return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

worker::worker(threaded_executor& all, std::uint32_t index)
    : basic_worker_queues(all, index, reactor_), all_(all), index_(index) {}

worker::~worker() = default;

void worker::start() {
  thread_ = std::thread([this] { loop(); });
}

void worker::join() {
  if (thread_.joinable()) thread_.join();
}

void worker::request_stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  end_park();
  reactor_.interrupt();
}

void worker::schedule_pinned(actor_cell& cell) noexcept {
  basic_worker_queues::schedule_pinned(cell, current_worker == this);
}

time_point worker::now() noexcept {
  if (turn_began_ == time_point{}) {
    turn_began_ = read_clock();
    set_clock(turn_began_);
  }
  return turn_began_;
}

time_point worker::about_now() noexcept {
  return time_point(duration(clock_));
}

[[gnu::always_inline]] inline void worker::run(actor_cell& cell) noexcept {
  turn_began_ = {};
  running_ = cell.id();
  ++turn_;
  const auto result = cell.run_turn(clock_);
  ++turn_;
  if (result == actor_cell::turn_result::requeue) requeue(cell, cell.pinned());
}

void worker::loop() noexcept {
  current_worker = this;
  bank_of_thread = index_ + 1;
  set_clock(read_clock());
  while (!stopping_.load(std::memory_order_acquire)) {
    std::uint32_t turns = 0;
    while (turns < turns_per_round) {
      actor_cell* cell = next();
      if (!cell) break;
      run(*cell);
      ++turns;
    }
    turn_began_ = {};
    const time_point present = now();
    timers_.ring(present);
    if (turns == turns_per_round) {
      poll_now_and_then(present);
    } else if (actor_cell* stolen = steal()) {
      run(*stolen);
      poll_now_and_then(present);
    } else {
      park();
      all_.watch().worker_runs();
    }
  }
  current_worker = nullptr;
}

void worker::poll_now_and_then(time_point present) noexcept {
  if (present - polled_ < poll_interval) return;
  polled_ = present;
  reactor_.poll();
}

void worker::park() noexcept {
  if (!begin_park([this] { return stopping_.load(std::memory_order_acquire); })) {
    reactor_.poll();
    return;
  }
  const time_point present = read_clock();
  const time_point due = std::min(timers_.next_due(), trim_pool_when_due(present));
  const duration within = due == time_point::max() ? duration::max() : due - present;
  if (within > duration::zero()) {
    reactor_.wait(within);
  } else {
    reactor_.poll();
  }
  end_park();
  set_clock(read_clock());
}

bool worker::run_leftover() noexcept {
  worker* const outer = std::exchange(current_worker, this);
  bool any = false;
  while (actor_cell* cell = next()) {
    run(*cell);
    any = true;
  }
  current_worker = outer;
  return any;
}

}  // namespace troupe::detail
