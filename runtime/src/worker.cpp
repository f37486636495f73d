#include "worker.hpp"

#include <algorithm>

#include <time.h>

#include "memory_pool.hpp"
#include "threaded_executor.hpp"
#include "type_counters.hpp"

namespace troupe::detail {
namespace {
thread_local worker* current_worker = nullptr;
}

time_point read_clock() noexcept {
  return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

// The end of the tick: rather late than early.
time_point read_coarse_clock() noexcept {
  static const duration tick = [] {
    timespec resolution{};
    clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
    return std::chrono::seconds(resolution.tv_sec) + std::chrono::nanoseconds(resolution.tv_nsec);
  }();
  timespec began{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &began);
  return time_point(std::chrono::seconds(began.tv_sec) + std::chrono::nanoseconds(began.tv_nsec) +
                    tick);
}

worker::worker(threaded_executor& all, std::uint32_t index) : all_(all), index_(index) {}

worker::~worker() = default;

worker* worker::current() noexcept {
  return current_worker;
}

void worker::start() {
  thread_ = std::thread([this] { loop(); });
}

void worker::join() {
  if (thread_.joinable()) thread_.join();
}

void worker::request_stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  parked_.store(false, std::memory_order_seq_cst);
  reactor_.interrupt();
}

void worker::schedule_pinned(actor_cell& cell) noexcept {
  if (current_worker == this) {
    pinned_.push(cell);
    return;
  }
  pinned_elsewhere_.push(cell);
  wake_if_parked();
}

void worker::schedule(actor_cell& cell) noexcept {
  if (current_worker != this) {
    stealable_.push_from_elsewhere(cell);
    wake_if_parked();
    return;
  }
  actor_cell* older = nullptr;
  if (next_.load(std::memory_order_relaxed)) {
    older = next_.exchange(&cell, std::memory_order_acq_rel);
  } else {
    next_.store(&cell, std::memory_order_release);
  }
  if (older) queue(*older);
}

// More than this worker's next turn: worth another worker's time, if one is free.
void worker::queue(actor_cell& cell) noexcept {
  stealable_.push(cell);
  all_.wake_one(index_);
}

actor_cell* worker::take_next() noexcept {
  if (!next_.load(std::memory_order_relaxed)) return nullptr;
  return next_.exchange(nullptr, std::memory_order_acq_rel);
}

bool worker::wake_if_parked() noexcept {
  // The plain load keeps the line shared while the worker is busy.
  if (!parked_.load(std::memory_order_seq_cst)) return false;
  if (!parked_.exchange(false, std::memory_order_seq_cst)) return false;
  reactor_.interrupt();
  return true;
}

time_point worker::now() noexcept {
  if (turn_began_ == time_point{}) {
    turn_began_ = read_clock();
    set_clock(turn_began_);
  }
  return turn_began_;
}

time_point worker::about_now() noexcept {
  return turn_began_ == time_point{} ? read_coarse_clock() : turn_began_;
}

void worker::loop() noexcept {
  current_worker = this;
  bank_of_thread = index_ + 1;
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
      if (present - polled_ < poll_interval) continue;
      polled_ = present;
      reactor_.poll();
    } else if (!steal()) {
      park();
      all_.watch().worker_runs();
    }
  }
  current_worker = nullptr;
}

actor_cell* worker::next() noexcept {
  if (lifo_turns_ < lifo_max) {
    if (actor_cell* cell = take_next()) {
      ++lifo_turns_;
      return cell;
    }
  }
  lifo_turns_ = 0;
  pinned_first_ = !pinned_first_;
  actor_cell* cell = pinned_first_ ? next_pinned() : stealable_.pop();
  if (!cell) cell = pinned_first_ ? stealable_.pop() : next_pinned();
  return cell ? cell : take_next();
}

actor_cell* worker::next_pinned() noexcept {
  if (actor_cell* cell = pinned_.pop()) return cell;
  if (!pinned_elsewhere_.any()) return nullptr;
  pinned_elsewhere_.drain(SIZE_MAX, [this](actor_cell& cell) { pinned_.push(cell); });
  return pinned_.pop();
}

void worker::run(actor_cell& cell) noexcept {
  turn_began_ = {};
  running_ = cell.id();
  ++turn_;
  const auto result = cell.run_turn(clock_);
  ++turn_;
  if (result == actor_cell::turn_result::parked) return;
  if (cell.worker()) {
    pinned_.push(cell);
  } else if (next_.load(std::memory_order_relaxed)) {
    queue(cell);
  } else {
    stealable_.push(cell);  // this worker's own next turn
  }
}

bool worker::steal() noexcept {
  const std::uint32_t count = all_.worker_count();
  for (std::uint32_t offset = 1; offset < count; ++offset) {
    worker& victim = all_.at((index_ + offset) % count);
    if (!victim.stealable_.empty() && stealable_.steal_from(victim.stealable_) > 0) return true;
  }
  return false;
}

void worker::park() noexcept {
  parked_.store(true, std::memory_order_seq_cst);
  bool work = stopping_.load(std::memory_order_acquire) || !pinned_elsewhere_.empty() ||
              !pinned_.empty() || next_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; !work && i < all_.worker_count(); ++i) {
    work = !all_.at(i).stealable_.empty();
  }
  if (work) {
    parked_.store(false, std::memory_order_seq_cst);
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
  parked_.store(false, std::memory_order_seq_cst);
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
