// Links: two records of the kind that monitors are made of, one in each direction, each on the list
// of the actor that is to hear. The other's is made and undone on the other's turn.
//
// Requests and notices of one actor reach another in the order they were sent: so what an actor
// does after unlink() comes after it.
#include <memory>

#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"

namespace troupe::detail {

/// Asks the other side to do its half.
struct link_request final : control_node {
  link_request(actor_cell& of, bool make) : control_node(&take), from(of), linking(make) {}

  static void take(control_node* node, actor_cell& cell) noexcept {
    const std::unique_ptr<link_request> self(static_cast<link_request*>(node));
    if (cell.phase_ == actor_cell::phase::stopped) return;  // the first half tells how it ended
    actor_cell& other = *self->from.get();
    monitor_record* present = cell.link_to(other);
    if (self->linking && !present) cell.watch(other, true);
    if (!self->linking && present) cell.end_watch(*present);
  }

  cell_ptr from;
  bool linking;
};

monitor_record* actor_cell::link_to(const actor_cell& target) const noexcept {
  if (!cold_) return nullptr;
  for (monitor_record* record = cold_->watching; record; record = record->next_watched) {
    if (record->link && record->target.get() == &target) return record;
  }
  return nullptr;
}

void actor_cell::link(actor_cell& target) {
  if (&target == this || link_to(target)) return;
  watch(target, true);
  target.signal(*new link_request(*this, true));
}

void actor_cell::unlink(actor_cell& target) noexcept {
  if (monitor_record* present = link_to(target)) end_watch(*present);
  target.signal(*new link_request(*this, false));
}

void actor_cell::link_is_broken(const link_broken& how) noexcept {
  if (type_.link_broken_message) {
    push_urgent(type_.link_broken_message(how));
  } else if (phase_ < phase::stopping) {
    cold().linked_cause = how.cause;
    begin_stop(stop_reason::linked);
  }
}

}  // namespace troupe::detail
