// Cells that are ready to run, first in, first out. Linked through the cells: it cannot fail, and
// holds at most every actor once.
#pragma once

#include <cstddef>
#include <mutex>

#include <troupe/detail/cell.hpp>

namespace troupe::detail {

class run_queue {
 public:
  /// Gives the length after the push. Any thread.
  std::size_t push(actor_cell& cell) noexcept {
    cell.next_runnable = nullptr;
    const std::scoped_lock lock(mutex_);
    (last_ ? last_->next_runnable : first_) = &cell;
    last_ = &cell;
    return ++size_;
  }

  /// Null when empty. Any thread.
  actor_cell* pop() noexcept {
    const std::scoped_lock lock(mutex_);
    return pop_locked();
  }

  /// Moves the older half, at least one, to `to`; gives how many. Any thread.
  std::size_t give_half(run_queue& to) noexcept {
    const std::scoped_lock lock(mutex_, to.mutex_);
    const std::size_t count = (size_ + 1) / 2;
    for (std::size_t moved = 0; moved < count; ++moved) {
      actor_cell& cell = *pop_locked();
      cell.next_runnable = nullptr;
      (to.last_ ? to.last_->next_runnable : to.first_) = &cell;
      to.last_ = &cell;
      ++to.size_;
    }
    return count;
  }

  bool empty() const noexcept {
    const std::scoped_lock lock(mutex_);
    return size_ == 0;
  }

 private:
  actor_cell* pop_locked() noexcept {
    actor_cell* cell = first_;
    if (!cell) return nullptr;
    first_ = cell->next_runnable;
    if (!first_) last_ = nullptr;
    --size_;
    return cell;
  }

  mutable std::mutex mutex_;
  actor_cell* first_ = nullptr;
  actor_cell* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace troupe::detail
