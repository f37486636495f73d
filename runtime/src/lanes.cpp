// The mailbox beside its common path: the priority lane, and what becomes of messages that find the
// mailbox full.
//
// The priority lane is a stack that any thread pushes to; the turn takes all of it at once and
// reverses it. Places are reserved in the schedule word as for ordinary messages, so capacity,
// accounting and scheduling know one mailbox. A mailbox that evicts has both lanes behind its lock.
#include <mutex>

#include <troupe/detail/cell.hpp>
#include <troupe/message.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"
#include "traced.hpp"

namespace troupe::detail {

envelope* actor_cell::take_with_priority() noexcept {
  if (priority_in_a_row_ >= urgent_in_a_row_max) {
    priority_in_a_row_ = 0;
    if (envelope* ordinary = mailbox_.pop()) return ordinary;
  }
  if (!priority_first_) priority_first_ = mailbox_.take_priority();
  envelope* message = priority_first_;
  priority_first_ = message->next.load(std::memory_order_relaxed);
  ++priority_in_a_row_;
  return message;
}

tell_status actor_cell::push_to_full(envelope* message) noexcept {
  if (evicting_) return push_evicting(message);
  counters_.add(count_of::mailbox_full);
  if (options_.when_full == overflow::reject) return tell_status::mailbox_full;
  counters_.add(count_of::accepted);
  counters_.add(count_of::dropped);
  const actor_cell* sender = current_or_null();
  system_.dead_letters().record(*this, traced::name(*message), dead_letter_reason::dropped,
                                sender ? sender->id() : 0);
  message->type->discard(*this, message, ask_errc::mailbox_full);
  return tell_status::dropped;
}

tell_status actor_cell::refuse_stopped(const envelope& message) noexcept {
  counters_.add(count_of::refused_stopped);
  const actor_cell* sender = current_or_null();
  system_.dead_letters().record(*this, traced::name(message), dead_letter_reason::refused,
                                sender ? sender->id() : 0);
  return tell_status::stopped;
}

/// Ends a message that was accepted and will not be handled.
void actor_cell::bury(envelope* message) noexcept {
  system_.dead_letters().record(*this, traced::name(*message), dead_letter_reason::discarded);
  message->type->discard(*this, message, ask_errc::stopped);
  tally_.add(outcome::dead_lettered);
}

tell_status actor_cell::push_evicting(envelope* message) noexcept {
  evicting_queue& queue = *evicting_;
  envelope* evicted = nullptr;
  std::uint64_t old = 0;
  {
    std::unique_lock lock(queue.mutex);
    // The oldest ordinary message gives way; an urgent one only to another urgent one. One that
    // runs is counted, but not in a list: then there is nothing to evict, and one more than the
    // capacity is let in.
    const bool only_urgent = !queue.ordinary.first && queue.priority.first;
    const bool may_evict = queue.ordinary.first || queue.priority.first;
    old = mailbox_.word();
    std::uint64_t wanted = 0;
    bool full = false;
    do {
      if (old & (mailbox::closed | mailbox::draining)) {
        lock.unlock();
        return refuse_stopped(*message);
      }
      full = may_evict && (old & mailbox::count_mask) >= options_.mailbox_capacity;
      if (full && only_urgent && !message->type->urgent) break;
      wanted = (old + mailbox::one_accepted + (full ? 0 : 1)) |
               ((old & mailbox::held) ? 0 : mailbox::active);
    } while (!mailbox_.exchange_word(old, wanted));
    if (full && only_urgent) {
      evicted = message->type->urgent ? queue.priority.take_first() : message;
    } else if (full) {
      evicted = queue.ordinary.take_first();
    }
    if (evicted != message) {
      (message->type->urgent ? queue.priority : queue.ordinary).append(message);
    }
  }
  if (evicted == message) {
    counters_.add(count_of::accepted);
  } else if (!(old & (mailbox::active | mailbox::held))) {
    system_.runs().schedule(*this);
  }
  if (evicted) {
    counters_.add(count_of::dropped);
    system_.dead_letters().record(*this, traced::name(*evicted), dead_letter_reason::dropped);
    evicted->type->discard(*this, evicted, ask_errc::mailbox_full);
  }
  return evicted == message ? tell_status::dropped : tell_status::accepted;
}

envelope* actor_cell::pop_evicting() noexcept {
  const std::scoped_lock lock(evicting_->mutex);
  if (evicting_->priority.first && priority_in_a_row_ < urgent_in_a_row_max) {
    ++priority_in_a_row_;
    return evicting_->priority.take_first();
  }
  priority_in_a_row_ = 0;
  if (envelope* ordinary = evicting_->ordinary.take_first()) return ordinary;
  return evicting_->priority.take_first();
}

}  // namespace troupe::detail
