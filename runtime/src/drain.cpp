// Stopping after what was accepted has been handled.
//
// From the moment of the request the schedule word refuses messages, so what is to be handled can
// only become less. The actor drains first, while its children can still answer it; then they
// drain, by the same point in time, and it stops after them.
#include <algorithm>
#include <memory>

#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"

namespace troupe::detail {

void actor_cell::request_drain(stop_reason why, duration within) noexcept {
  const time_point present = system_.runs().stamp();
  const bool ever = within >= time_point::max() - present;
  request_drain_until(why, ever ? time_point::max() : present + within);
}

void actor_cell::request_drain_until(stop_reason why, time_point until) noexcept {
  struct request final : control_node {
    explicit request(drain_order of) : control_node(&take), order(of) {}
    static void take(control_node* node, actor_cell& cell) noexcept {
      const std::unique_ptr<request> self(static_cast<request*>(node));
      cell.drain(self->order.why, self->order.until);
    }
    drain_order order;
  };
  mailbox_.begin_drain();
  signal(*new request({why, until}));
}

void actor_cell::drain(stop_reason why, time_point until) noexcept {
  if (phase_ == phase::stopped) return;
  cold_state& state = cold();
  if (!state.drain) state.drain = drain_order{why, until};
  state.drain->until = std::min(state.drain->until, until);
  if (phase_ == phase::stopping) {
    for (actor_cell* child = first_child_; child; child = child->next_sibling_) {
      child->request_drain_until(stop_reason::shut_down, state.drain->until);
    }
  } else if (state.drain->until <= now()) {
    begin_stop(state.drain->why);
  } else {
    arm();
  }
}

bool actor_cell::drained() const noexcept {
  if (phase_ != phase::running || frame_ || urgent_first_ || open_batch_ || !cold_ || !cold_->drain)
    return false;
  for (const wait* pending = waits_; pending; pending = pending->next) {
    if (pending->asked) return false;  // its answer becomes a message
  }
  return (mailbox_.word(std::memory_order_acquire) & mailbox::count_mask) == processed_;
}

void actor_cell::begin_drained_stop() noexcept {
  phase_ = phase::stopping;
  why_stopped_ = cold_->drain->why;
  adoptions_.fetch_or(no_more_adoptions, std::memory_order_acq_rel);
  runs_stopping_hook_ = type_.stop != nullptr;
  for (actor_cell* child = first_child_; child; child = child->next_sibling_) {
    child->request_drain_until(stop_reason::shut_down, cold_->drain->until);
  }
  continue_stop();
}

}  // namespace troupe::detail
