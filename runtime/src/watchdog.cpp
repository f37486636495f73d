#include "watchdog.hpp"

#include <algorithm>
#include <utility>

#ifdef __linux__
#include <malloc.h>
#endif

#include "memory_pool.hpp"
#include "threaded_executor.hpp"

namespace troupe::detail {
namespace {

// Both keep what was freed: the pool, which the workers look at only before they sleep, and glibc.
void give_memory_back() noexcept {
  trim_pool();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

std::optional<stall_detector::finding> stall_detector::look(const reading& seen, time_point now,
                                                            duration threshold) {
  held_ = seen.turn % 2 == 1 && seen.turn == last_.turn && seen.progress == last_.progress;
  if (!held_) {
    last_ = seen;
    since_ = now;
    reports_ = 0;
    return std::nullopt;
  }
  constexpr std::uint32_t reports_max = 20;  // twelve days at the default threshold
  if (threshold == duration::zero() || reports_ == reports_max) return std::nullopt;
  const duration held = now - since_;
  if (held < threshold * (1LL << reports_)) return std::nullopt;
  return finding{held, ++reports_};
}

bool exit_detector::look(std::uint64_t alive, time_point now) noexcept {
  const bool falls = alive + still_running_max < last_;
  last_ = alive;
  most_ = std::max(most_, alive);
  if (!falls && most_ - alive >= exits_min) {
    most_ = alive;
    ended_at_ = now;
    next_ = 0;
  }
  if (!pending() || now < ended_at_ + delays[next_]) return false;
  ++next_;
  return true;
}

watchdog::watchdog(threaded_executor& all, duration stall_threshold) noexcept
    : all_(all),
      threshold_(stall_threshold),
      tick_(threshold_ == duration::zero() ? tick_max
                                           : std::clamp(threshold_ / 4, tick_min, tick_max)) {}

watchdog::~watchdog() {
  stop();
}

void watchdog::start(watch_target target) {
  target_ = std::move(target);
  detectors_.resize(all_.worker_count());
  turns_.resize(all_.worker_count());
  thread_ = std::thread([this] { loop(); });
}

void watchdog::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void watchdog::wake() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    awake_.store(true, std::memory_order_seq_cst);
  }
  changed_.notify_one();
}

void watchdog::loop() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, tick_, [this] { return stopping_; })) {
    lock.unlock();
    const bool any = look();
    lock.lock();
    if (any) continue;
    awake_.store(false, std::memory_order_seq_cst);
    if (!all_parked()) awake_.store(true, std::memory_order_seq_cst);
    changed_.wait(lock, [this] { return stopping_ || awake_.load(std::memory_order_seq_cst); });
  }
}

bool watchdog::all_parked() noexcept {
  for (std::uint32_t i = 0; i < all_.worker_count(); ++i) {
    if (!all_.at(i).parked()) return false;
  }
  return true;
}

// True when something has run since the last look, or runs, or there is more to do.
bool watchdog::look() {
  const time_point now = read_clock();
  bool any = false;
  for (std::uint32_t i = 0; i < all_.worker_count(); ++i) {
    worker& each = all_.at(i);
    each.set_clock(now);
    const std::uint64_t turn = each.turn();
    any = any || turn != std::exchange(turns_[i], turn) || !each.parked();
    const std::uint64_t actor = each.running();
    const auto found =
        detectors_[i].look({turn, turn % 2 == 1 ? target_.progress(actor) : 0}, now, threshold_);
    if (found && each.turn() == turn) target_.held({i, actor, found->held, found->report});
    if (detectors_[i].held()) all_.relieve(i);
  }
  if (exits_.look(target_.alive(), now)) give_memory_back();
  return any || exits_.pending();
}

}  // namespace troupe::detail
