#include "worker.hpp"

#include "threaded_executor.hpp"

namespace troupe::detail {
namespace {
thread_local worker* current_worker = nullptr;
}

time_point read_clock() noexcept {
  return time_point(std::chrono::steady_clock::now().time_since_epoch());
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
  pinned_.push(cell);
  if (current_worker != this) wake_if_parked();
}

void worker::schedule(actor_cell& cell) noexcept {
  const std::size_t length = stealable_.push(cell);
  if (current_worker != this) {
    wake_if_parked();
  } else if (length > 1) {
    // More than this worker's next turn: worth another worker's time, if one is free.
    all_.wake_one(index_);
  }
}

bool worker::wake_if_parked() noexcept {
  // The plain load keeps the line shared while the worker is busy.
  if (!parked_.load(std::memory_order_seq_cst)) return false;
  if (!parked_.exchange(false, std::memory_order_seq_cst)) return false;
  reactor_.interrupt();
  return true;
}

time_point worker::now() noexcept {
  if (turn_began_ == time_point{}) turn_began_ = read_clock();
  return turn_began_;
}

void worker::loop() noexcept {
  current_worker = this;
  while (!stopping_.load(std::memory_order_acquire)) {
    std::uint32_t turns = 0;
    while (turns < turns_per_round) {
      actor_cell* cell = next();
      if (!cell) break;
      run(*cell);
      ++turns;
    }
    turn_began_ = {};
    timers_.ring(now());
    if (turns == turns_per_round) {
      reactor_.poll();
    } else if (!steal()) {
      park();
    }
  }
  current_worker = nullptr;
}

actor_cell* worker::next() noexcept {
  pinned_first_ = !pinned_first_;
  run_queue& first = pinned_first_ ? pinned_ : stealable_;
  run_queue& second = pinned_first_ ? stealable_ : pinned_;
  if (actor_cell* cell = first.pop()) return cell;
  return second.pop();
}

void worker::run(actor_cell& cell) noexcept {
  turn_began_ = {};
  if (cell.run_turn() == actor_cell::turn_result::requeue) {
    (cell.worker() ? pinned_ : stealable_).push(cell);
  }
}

bool worker::steal() noexcept {
  const std::uint32_t count = all_.worker_count();
  for (std::uint32_t offset = 1; offset < count; ++offset) {
    run_queue& victim = all_.at((index_ + offset) % count).stealable();
    if (!victim.empty() && victim.give_half(stealable_) > 0) return true;
  }
  return false;
}

void worker::park() noexcept {
  parked_.store(true, std::memory_order_seq_cst);
  bool work = stopping_.load(std::memory_order_acquire) || !pinned_.empty() || !stealable_.empty();
  for (std::uint32_t i = 0; !work && i < all_.worker_count(); ++i) {
    work = !all_.at(i).stealable().empty();
  }
  if (work) {
    parked_.store(false, std::memory_order_seq_cst);
    reactor_.poll();
    return;
  }
  const time_point due = timers_.next_due();
  const duration within = due == time_point::max() ? duration::max() : due - read_clock();
  if (within > duration::zero()) {
    reactor_.wait(within);
  } else {
    reactor_.poll();
  }
  parked_.store(false, std::memory_order_seq_cst);
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
