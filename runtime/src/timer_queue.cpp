#include "timer_queue.hpp"

#include <utility>

namespace troupe::detail {

void timer_queue::arm(alarm& what, time_point due) {
  disarm(what);
  const std::scoped_lock lock(mutex_);
  heap_.push_back({due, ++sequence_, &what});
  what.queue.store(this, std::memory_order_relaxed);
  what.position = heap_.size() - 1;
  sift_up(what.position);
}

void timer_queue::disarm(alarm& what) noexcept {
  // Only the owner's turn puts an alarm in a queue, and it is the caller; a worker that rings takes
  // it out at the same time at most, and then it is found gone under the lock.
  auto* queue = static_cast<timer_queue*>(what.queue.load(std::memory_order_acquire));
  if (!queue) return;
  const std::scoped_lock lock(queue->mutex_);
  if (what.queue.load(std::memory_order_relaxed)) queue->remove(what.position);
}

time_point timer_queue::next_due() const noexcept {
  const std::scoped_lock lock(mutex_);
  return heap_.empty() ? time_point::max() : heap_.front().due;
}

void timer_queue::ring(time_point now) {
  for (std::size_t rung = 0; rung < ring_max; ++rung) {
    cell_ptr owner;
    {
      const std::scoped_lock lock(mutex_);
      if (heap_.empty() || heap_.front().due > now) return;
      // Under the lock the alarm is armed, so its cell has not closed, and can be retained.
      owner = cell_ptr(heap_.front().what->owner);
      remove(0);
    }
    owner->alarm_rang();
  }
}

void timer_queue::remove(std::size_t position) noexcept {
  heap_[position].what->queue.store(nullptr, std::memory_order_release);
  const entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  place(position, last);
  sift_up(position);
  sift_down(last.what->position);
}

void timer_queue::place(std::size_t position, const entry& item) noexcept {
  heap_[position] = item;
  item.what->position = position;
}

void timer_queue::sift_up(std::size_t position) noexcept {
  const entry moving = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!(moving < heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, moving);
}

void timer_queue::sift_down(std::size_t position) noexcept {
  const entry moving = heap_[position];
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < moving)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, moving);
}

}  // namespace troupe::detail
