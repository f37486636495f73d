// Cells that are ready to run, first in, first out.
//
// Cells are linked through themselves where they wait in a list, so queueing cannot fail; each cell
// is in one queue at most (it is `active`), so nothing here grows beyond the number of actors.
//
// Memory orders. Sleeping workers are woken by a store-then-load on both sides (see worker.hpp), so
// what says "something is queued" (ring::tail_, waiting_list::any_) is written and, before a worker
// sleeps, read sequentially consistently. Everything else is release and acquire of the cell.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include <troupe/detail/cell.hpp>

namespace troupe::detail {

/// What two threads write is this far apart: lines are fetched in pairs.
inline constexpr std::size_t apart = 128;

/// A list of cells that belongs to one thread.
class cell_list {
 public:
  void push(actor_cell& cell) noexcept {
    cell.next_runnable = nullptr;
    (last_ ? last_->next_runnable : first_) = &cell;
    last_ = &cell;
  }
  actor_cell* pop() noexcept {
    actor_cell* cell = first_;
    if (!cell) return nullptr;
    first_ = cell->next_runnable;
    if (!first_) last_ = nullptr;
    return cell;
  }
  bool empty() const noexcept { return first_ == nullptr; }

 private:
  actor_cell* first_ = nullptr;
  actor_cell* last_ = nullptr;
};

/// What any thread may add to. Any thread.
class waiting_list {
 public:
  void push(actor_cell& cell) noexcept {
    const std::scoped_lock lock(mutex_);
    cells_.push(cell);
    any_.store(true, std::memory_order_seq_cst);
  }
  /// Passes on up to `most` cells, oldest first; gives how many.
  template <class To>
  std::size_t drain(std::size_t most, To&& to) noexcept {
    const std::scoped_lock lock(mutex_);
    std::size_t passed = 0;
    for (; passed < most; ++passed) {
      actor_cell* cell = cells_.pop();
      if (!cell) break;
      to(*cell);
    }
    if (cells_.empty()) any_.store(false, std::memory_order_relaxed);
    return passed;
  }
  /// A hint.
  bool any() const noexcept { return any_.load(std::memory_order_relaxed); }
  bool empty() const noexcept { return !any_.load(std::memory_order_seq_cst); }

 private:
  std::mutex mutex_;
  cell_list cells_;
  std::atomic<bool> any_{false};
};

/// A ring that its worker fills and empties, and from which other workers take the oldest.
class stealable_ring {
 public:
  static constexpr std::uint64_t capacity = 256;

  /// False when full. Its worker only.
  bool push(actor_cell& cell) noexcept {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
    cells_[tail % capacity].store(&cell, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_seq_cst);
    return true;
  }

  /// The oldest; null when empty. Any thread.
  actor_cell* pop() noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      if (head == tail_.load(std::memory_order_acquire)) return nullptr;
      // Written over only after the head has moved on, and then the exchange fails.
      actor_cell* cell = cells_[head % capacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return cell;
      }
    }
  }

  /// Any thread; a hint but to the ring's own worker.
  std::uint64_t size() const noexcept {
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    const std::uint64_t tail = tail_.load(std::memory_order_seq_cst);
    return tail > head ? tail - head : 0;
  }
  bool empty() const noexcept { return size() == 0; }

 private:
  alignas(apart) std::atomic<std::uint64_t> head_{0};
  alignas(apart) std::atomic<std::uint64_t> tail_{0};
  std::array<std::atomic<actor_cell*>, capacity> cells_{};
};

/// The cells of one worker that others may run as well. What the ring has no room for, and what
/// other threads queue, waits in a list behind it; while something waits there, all that comes goes
/// there, so that the order stays first in, first out.
class run_queue {
 public:
  /// Its worker only.
  void push(actor_cell& cell) noexcept {
    if (waiting_.any() || !ring_.push(cell)) waiting_.push(cell);
  }
  /// Any thread.
  void push_from_elsewhere(actor_cell& cell) noexcept { waiting_.push(cell); }

  /// Its worker only.
  actor_cell* pop() noexcept {
    if (actor_cell* cell = ring_.pop()) return cell;
    if (!waiting_.any()) return nullptr;
    waiting_.drain(stealable_ring::capacity, [this](actor_cell& cell) { ring_.push(cell); });
    return ring_.pop();
  }

  /// Takes half of what `victim` has; gives how many. Its worker only, when it has nothing itself.
  std::size_t steal_from(run_queue& victim) noexcept {
    std::size_t taken = 0;
    for (std::size_t most = (victim.ring_.size() + 1) / 2; taken < most; ++taken) {
      actor_cell* cell = victim.ring_.pop();
      if (!cell) break;
      ring_.push(*cell);
    }
    if (taken > 0) return taken;
    return victim.waiting_.drain(steal_max, [this](actor_cell& cell) { ring_.push(cell); });
  }

  /// Any thread.
  bool empty() const noexcept { return ring_.empty() && waiting_.empty(); }

 private:
  static constexpr std::size_t steal_max = 32;

  stealable_ring ring_;
  waiting_list waiting_;
};

}  // namespace troupe::detail
