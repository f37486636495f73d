// What one worker has to run, and how it sleeps and is woken: the actor made ready last, a queue
// from which others may steal, and a queue of the actors pinned to it.
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

#include <cstddef>
#include <cstdint>

#include "run_queue.hpp"

namespace troupe::detail {

/// `Of` names what it is made of: `cell`; `group`, which has worker_count() and, by index, at(),
/// the workers; `reactor`, what the worker sleeps in; `sync`; `ring_capacity`.
template <class Of>
class basic_worker_queues {
 public:
  using cell = typename Of::cell;

  /// Both outlive it; the group knows it as at(index).
  basic_worker_queues(typename Of::group& all, std::uint32_t index,
                      typename Of::reactor& sleeps_in) noexcept
      : all_(all), index_(index), sleeps_in_(sleeps_in) {}

  // Any thread; `here`: it is the worker's own --------------------------------------------------
  void schedule_pinned(cell& ready, bool here) noexcept {
    if (here) {
      pinned_.push(ready);
      return;
    }
    pinned_elsewhere_.push(ready);
    wake_if_parked();
  }
  [[gnu::always_inline]] void schedule(cell& ready, bool here) noexcept {
    if (!here) {
      stealable_.push_from_elsewhere(ready);
      wake_if_parked();
      return;
    }
    cell* older = nullptr;
    if (next_.load(std::memory_order_relaxed)) {
      older = next_.exchange(&ready, std::memory_order_acq_rel);
    } else {
      next_.store(&ready, std::memory_order_release);
    }
    if (older) queue(*older);
  }
  /// Takes away the actor that would run next here.
  cell* take_next() noexcept {
    if (!next_.load(std::memory_order_relaxed)) return nullptr;
    return next_.exchange(nullptr, std::memory_order_acq_rel);
  }
  bool has_stealable() const noexcept { return !stealable_.empty(); }
  bool parked() const noexcept { return parked_.load(std::memory_order_seq_cst); }
  /// True when it was parked, and has been woken.
  bool wake_if_parked() noexcept {
    // The plain load keeps the line shared while the worker is busy.
    if (!parked_.load(std::memory_order_seq_cst)) return false;
    if (!parked_.exchange(false, std::memory_order_seq_cst)) return false;
    sleeps_in_.interrupt();
    return true;
  }
  /// Wakes a parked worker other than this one, if there is one.
  bool wake_another() noexcept {
    for (std::uint32_t i = 0; i < all_.worker_count(); ++i) {
      if (i != index_ && all_.at(i).wake_if_parked()) return true;
    }
    return false;
  }
  /// As if it had been woken.
  void end_park() noexcept { parked_.store(false, std::memory_order_seq_cst); }

  // The worker's own thread ---------------------------------------------------------------------
  /// What runs next; null when there is nothing here. Part of the loop that calls it.
  [[gnu::always_inline]] cell* next() noexcept {
    if (lifo_turns_ < lifo_max) {
      if (cell* ready = take_next()) {
        ++lifo_turns_;
        return ready;
      }
    }
    lifo_turns_ = 0;
    pinned_first_ = !pinned_first_;
    cell* ready = pinned_first_ ? next_pinned() : stealable_.pop();
    if (!ready) ready = pinned_first_ ? stealable_.pop() : next_pinned();
    return ready ? ready : take_next();
  }
  /// After a turn that left work.
  [[gnu::always_inline]] void requeue(cell& ready, bool pinned) noexcept {
    if (pinned) {
      pinned_.push(ready);
    } else if (next_.load(std::memory_order_relaxed)) {
      queue(ready);
    } else {
      stealable_.push(ready);  // this worker's own next turn
    }
  }
  /// Takes from another worker what is to run at once; null when none has anything.
  cell* steal() noexcept {
    const std::uint32_t count = all_.worker_count();
    for (std::uint32_t offset = 1; offset < count; ++offset) {
      basic_worker_queues& victim = all_.at((index_ + offset) % count);
      if (victim.stealable_.empty()) continue;
      if (cell* stolen = stealable_.steal_from(victim.stealable_)) return stolen;
    }
    return nullptr;
  }
  /// Says that the worker sleeps. False when there is something to run, or `woken()`; true: it
  /// sleeps in the reactor now, and says end_park() when it is back.
  template <class Woken>
  bool begin_park(Woken&& woken) noexcept {
    parked_.store(true, std::memory_order_seq_cst);
    bool work = woken() || !pinned_elsewhere_.empty() || !pinned_.empty() ||
                next_.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; !work && i < all_.worker_count(); ++i) {
      work = all_.at(i).has_stealable();
    }
    if (work) end_park();
    return !work;
  }

 private:
  static constexpr std::uint32_t lifo_max = 16;

  // More than this worker's next turn: worth another worker's time, if one is free.
  void queue(cell& ready) noexcept {
    stealable_.push(ready);
    wake_another();
  }
  cell* next_pinned() noexcept {
    if (cell* ready = pinned_.pop()) return ready;
    if (!pinned_elsewhere_.any()) return nullptr;
    pinned_elsewhere_.drain(SIZE_MAX, [this](cell& ready) { pinned_.push(ready); });
    return pinned_.pop();
  }

  using sync = typename Of::sync;
  template <class T>
  using atomic = typename sync::template atomic<T>;

  typename Of::group& all_;
  const std::uint32_t index_;
  typename Of::reactor& sleeps_in_;
  atomic<cell*> next_{nullptr};   // only its own thread puts one in
  std::uint32_t lifo_turns_ = 0;  // in a row
  bool pinned_first_ = false;
  basic_cell_list<cell, sync> pinned_;
  basic_waiting_list<cell, sync> pinned_elsewhere_;  // by other threads
  basic_run_queue<cell, Of::ring_capacity, sync> stealable_;
  atomic<bool> parked_{false};
};

}  // namespace troupe::detail
