#include <memory>

#include <troupe/detail/waiters.hpp>

namespace troupe::detail {

void wake_up::arrive(control_node* node, actor_cell& waiter) noexcept {
  const std::unique_ptr<wake_up> self(static_cast<wake_up*>(node));
  wait* pending = waiter.take_wait(self->wait_id);
  if (pending) pending->complete(*pending, waiter, wait::end::answered, nullptr);
}

wake_up& waiter_list::add(actor_cell& cell, const wait& pending) {
  auto* node = new wake_up(cell, pending.id);
  node->older = newest_.load(std::memory_order_relaxed);
  while (!newest_.compare_exchange_weak(node->older, node, std::memory_order_seq_cst,
                                        std::memory_order_relaxed)) {
  }
  return *node;
}

void waiter_list::wake_all() noexcept {
  wake_up* newest = newest_.exchange(nullptr, std::memory_order_seq_cst);
  wake_up* oldest = nullptr;
  while (newest) {
    wake_up* next = newest->older;
    newest->older = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest) {
    wake_up* next = oldest->older;
    if (oldest->claimed.exchange(true, std::memory_order_acq_rel)) {
      delete oldest;
    } else {
      const cell_ptr to = oldest->cell;  // the node may be gone before the call is over
      to->signal(*oldest);
    }
    oldest = next;
  }
}

void waiter_list::abandon(wake_up& node) noexcept {
  node.claimed.exchange(true, std::memory_order_acq_rel);
  if (abandoned_.fetch_add(1, std::memory_order_relaxed) + 1 < abandoned_max) return;
  abandoned_.store(0, std::memory_order_relaxed);
  wake_all();
}

bool event_wait::await_ready() {
  actor_cell& cell = actor_cell::current();
  if (cell.cancelling()) {
    how_ = end::cancelled;
    return true;
  }
  if (holds()) return true;
  const time_point now = cell.now();
  if (within_ < time_point::max() - now) wait::deadline = now + within_;
  wait::complete = &ended;
  begin(cell);
  return false;
}

void event_wait::begin(actor_cell& cell) {
  cell.begin_wait(*this);
  node_ = &list_.add(cell, *this);
  // Whoever changed it between the two looks may have missed the node.
  if (holds()) list_.wake_all();
}

void event_wait::ended(wait& base, actor_cell& cell, end how, request_envelope*) noexcept {
  auto& self = static_cast<event_wait&>(base);
  if (how != end::answered) {
    self.list_.abandon(*self.node_);
  } else if (!self.holds()) {
    self.begin(cell);
    return;
  }
  self.how_ = how;
  cell.resume(self.frame_);
}

}  // namespace troupe::detail
