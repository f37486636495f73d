#include <algorithm>
#include <cstdint>
#include <memory>

#include <troupe/send.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"
#include "traced.hpp"

namespace troupe::detail {

send_operation::~send_operation() {
  if (message_) message_->type->discard(actor_cell::current(), message_, ask_errc::cancelled);
}

bool send_operation::await_ready() {
  actor_cell& from = actor_cell::current();
  if (!target_) {
    status_ = tell_status::no_such_actor;
    return true;
  }
  status_ = target_->must_queue() ? tell_status::mailbox_full : target_->push(message_);
  if (status_ == tell_status::accepted || status_ == tell_status::dropped) {
    message_ = nullptr;
    return true;
  }
  if (status_ == tell_status::stopped || from.cancelling()) return true;
  if (!from.begin_waiting_for(*target_.get()).empty()) return true;

  envelope* message = std::exchange(message_, nullptr);
  waiting_ =
      new blocked_send(from, current_trace ? traced::wrap(*target_.get(), message) : message);
  wait::deadline = from.begin_of_wait(within_) + within_;
  wait::complete = [](wait& base, actor_cell& sender, end how, request_envelope*) noexcept {
    auto& self = static_cast<send_operation&>(base);
    sender.end_waiting_for();
    // The node is at the target, or on its way back: who finds it abandoned frees it.
    if (how != end::answered) self.waiting_->abandoned.store(true, std::memory_order_release);
    sender.resume(self.frame_);
  };
  from.begin_wait(*this);
  waiting_->wait_id = wait::id;
  target_->signal(*waiting_);
  return false;
}

void blocked_send::arrive(control_node* node, actor_cell& target) noexcept {
  auto* self = static_cast<blocked_send*>(node);
  self->next = nullptr;
  target.add_blocked(*self);
}

void blocked_send::come_back(control_node* node, actor_cell& sender) noexcept {
  const std::unique_ptr<blocked_send> self(static_cast<blocked_send*>(node));
  wait* pending = sender.take_wait(self->wait_id);
  if (!pending) return;  // it has given up
  static_cast<send_operation*>(pending)->status_ = self->status;
  pending->complete(*pending, sender, wait::end::answered, nullptr);
}

void actor_cell::add_blocked(blocked_send& waiting) noexcept {
  cold_state& state = cold();
  (state.blocked_last ? state.blocked_last->next : state.blocked_first) = &waiting;
  state.blocked_last = &waiting;
  senders_wait_.store(true, std::memory_order_relaxed);
}

// Lets in, in the order they came, what there is room for; tells all when the actor has stopped.
//
// A sender that has been let in often has more to send, and may do so while there is room for many.
// So a mailbox that is more than half full lets in one a turn, so that nobody waits for ever, and
// one that is emptier as many as it has room for `share` messages of each: senders are woken for a
// batch instead of for each message.
void actor_cell::admit_blocked() noexcept {
  constexpr std::uint32_t share = 32;
  const std::uint32_t queued = depth();
  const std::uint32_t room =
      queued < options_.mailbox_capacity ? options_.mailbox_capacity - queued : 0;
  std::uint32_t most = 1;
  if (phase_ == phase::stopped) {
    most = UINT32_MAX;
  } else if (queued == 0) {
    most = std::max(1U, room / 4);
  } else if (queued <= options_.mailbox_capacity / 2) {
    most = std::max(1U, room / share);
  }
  while (control_node* first = cold_->blocked_first) {
    auto* waiting = static_cast<blocked_send*>(first);
    if (waiting->abandoned.load(std::memory_order_acquire)) {
      waiting->message->type->discard(*this, waiting->message, ask_errc::cancelled);
      waiting->status = tell_status::mailbox_full;
    } else {
      if (most == 0) break;
      --most;
      waiting->status = push(waiting->message);
      if (waiting->status == tell_status::mailbox_full) break;
      if (waiting->status == tell_status::stopped) {
        waiting->message->type->discard(*this, waiting->message, ask_errc::stopped);
      }
    }
    cold_->blocked_first = waiting->next;
    if (!cold_->blocked_first) cold_->blocked_last = nullptr;
    waiting->message = nullptr;
    waiting->run = &blocked_send::come_back;
    const cell_ptr sender = waiting->sender;
    sender->answered(*this);
    sender->signal(*waiting);
  }
  senders_wait_.store(cold_->blocked_first != nullptr, std::memory_order_relaxed);
}

// Those who wait go first, unless there is room for many: then waiting would only cost.
bool actor_cell::must_queue() const noexcept {
  return senders_wait_.load(std::memory_order_relaxed) &&
         depth() >= options_.mailbox_capacity - options_.mailbox_capacity / 4;
}

}  // namespace troupe::detail
