// Cells that are ready to run, first in, first out.
//
// Cells are linked through themselves where they wait in a list, so queueing cannot fail; each cell
// is in one queue at most (it is `active`), so nothing here grows beyond the number of actors.
//
// Memory orders. Sleeping workers are woken by a store-then-load on both sides (see worker.hpp), so
// what says "something is queued" (ring::tail_, waiting_list::any_) is written and, before a worker
// sleeps, read sequentially consistently. Everything else is release and acquire of the cell.
//
// Templates over what they are made of, so that tests/model can check them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include <troupe/detail/sync.hpp>

namespace troupe::detail {

/// What two threads write is this far apart: lines are fetched in pairs.
inline constexpr std::size_t apart = 128;

/// A list of cells that belongs to one thread. `Cell` has `next_runnable`, plain.
template <class Cell, class Sync = machine_sync>
class basic_cell_list {
 public:
  void push(Cell& cell) noexcept {
    cell.next_runnable = nullptr;
    (last_ ? last_->next_runnable : first_) = &cell;
    last_ = &cell;
  }
  Cell* pop() noexcept {
    Cell* cell = first_;
    if (!cell) return nullptr;
    first_ = cell->next_runnable;
    if (!first_) last_ = nullptr;
    return cell;
  }
  bool empty() const noexcept { return first_ == nullptr; }

 private:
  typename Sync::template plain<Cell*> first_{nullptr};
  typename Sync::template plain<Cell*> last_{nullptr};
};

/// What any thread may add to. Any thread.
template <class Cell, class Sync = machine_sync>
class basic_waiting_list {
 public:
  void push(Cell& cell) noexcept {
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
      Cell* cell = cells_.pop();
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
  typename Sync::mutex mutex_;
  basic_cell_list<Cell, Sync> cells_;
  typename Sync::template atomic<bool> any_{false};
};

/// A ring that its worker fills and empties, and from which other workers take the oldest.
template <class Cell, std::uint64_t capacity, class Sync = machine_sync>
class basic_stealable_ring {
 public:
  /// False when full. Its worker only.
  bool push(Cell& cell) noexcept {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
    cells_[tail % capacity].store(&cell, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_seq_cst);
    return true;
  }

  /// The oldest; null when empty. Any thread.
  Cell* pop() noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      if (head == tail_.load(std::memory_order_acquire)) return nullptr;
      // Written over only after the head has moved on, and then the exchange fails.
      Cell* cell = cells_[head % capacity].load(std::memory_order_relaxed);
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
  template <class T>
  using atomic = typename Sync::template atomic<T>;

  alignas(apart) atomic<std::uint64_t> head_{0};
  alignas(apart) atomic<std::uint64_t> tail_{0};
  std::array<atomic<Cell*>, capacity> cells_{};
};

/// The cells of one worker that others may run as well. What the ring has no room for, and what
/// other threads queue, waits in a list behind it; while something waits there, all that comes goes
/// there, so that the order stays first in, first out.
template <class Cell, std::uint64_t capacity, class Sync = machine_sync>
class basic_run_queue {
 public:
  /// Its worker only.
  void push(Cell& cell) noexcept {
    if (waiting_.any() || !ring_.push(cell)) waiting_.push(cell);
  }
  /// Any thread.
  void push_from_elsewhere(Cell& cell) noexcept { waiting_.push(cell); }

  /// Its worker only.
  Cell* pop() noexcept {
    if (Cell* cell = ring_.pop()) return cell;
    if (!waiting_.any()) return nullptr;
    waiting_.drain(capacity, [this](Cell& cell) { ring_.push(cell); });
    return ring_.pop();
  }

  /// Takes half of what `victim` has: gives the oldest, which is to run at once, and keeps the
  /// rest. So two workers cannot take a cell from each other for ever. Null when there is nothing.
  /// Its worker only, when it has nothing itself.
  Cell* steal_from(basic_run_queue& victim) noexcept {
    Cell* oldest = nullptr;
    const auto keep = [&](Cell& cell) {
      if (oldest) {
        ring_.push(cell);
      } else {
        oldest = &cell;
      }
    };
    for (std::size_t left = (victim.ring_.size() + 1) / 2; left > 0; --left) {
      Cell* cell = victim.ring_.pop();
      if (!cell) break;
      keep(*cell);
    }
    if (!oldest) victim.waiting_.drain(steal_max, keep);
    return oldest;
  }

  /// Any thread.
  bool empty() const noexcept { return ring_.empty() && waiting_.empty(); }

 private:
  static constexpr std::size_t steal_max = capacity < 32 ? capacity : 32;

  basic_stealable_ring<Cell, capacity, Sync> ring_;
  basic_waiting_list<Cell, Sync> waiting_;
};

}  // namespace troupe::detail
