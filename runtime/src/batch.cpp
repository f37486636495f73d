#include <algorithm>
#include <utility>

#include <troupe/batch.hpp>
#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"
#include "traced.hpp"

namespace troupe::detail {

batch_base* actor_cell::find_batch(const envelope_type& items) noexcept {
  if (open_batch_ && open_batch_->item == &items) return open_batch_;
  if (!cold_) return nullptr;
  batch_base* found = cold_->batches.get();
  while (found && found->item != &items) found = found->other.get();
  return found;
}

batch_base& actor_cell::keep_batch(std::unique_ptr<batch_base> made) {
  made->other = std::move(cold().batches);
  cold().batches = std::move(made);
  return *cold().batches;
}

void actor_cell::joined(batch_base& batch) noexcept {
  if (batch.size++ == 0) {
    open_batch_ = &batch;
    batch.due = now() + options_.batch.within;
    if (batch.due < alarm_.due) {
      alarm_.due = batch.due;
      system_.runs().arm(alarm_, batch.due);
    }
  }
  if (!running_is_urgent_) ++batch.from_mailbox;
}

bool actor_cell::ends_batch(const envelope* message, bool from_mailbox) const noexcept {
  if (&traced::type_of(*message) == open_batch_->item) return false;
  return message->type->batched || (from_mailbox && !message->type->urgent);
}

bool actor_cell::batch_is_due() const noexcept {
  const std::uint32_t room = std::max(1U, options_.mailbox_capacity / 2);
  if (open_batch_->size >= std::min(room, options_.batch.messages_max)) return true;
  if (open_batch_->due <= now()) return true;
  // A drain does not wait for more to come: nothing does.
  const std::uint64_t word = mailbox_.word();
  return (word & mailbox::draining) && !urgent_first_ &&
         (word & mailbox::count_mask) - processed_ == open_batch_->from_mailbox;
}

void actor_cell::run_batch() noexcept {
  running_is_urgent_ = true;  // end_batch() counts what is from the mailbox
  run_envelope(std::exchange(open_batch_, nullptr));
}

// One message more is settled by whoever ends what runs.
void actor_cell::end_batch(batch_base& batch, bool handled) noexcept {
  const outcome what = handled ? outcome::handled : outcome::failed;
  tally_.add(what, batch.size - 1);
  processed_ += batch.from_mailbox;
  batch.size = batch.from_mailbox = 0;
  batch.clear();
}

void actor_cell::bury_batch() noexcept {
  if (batch_base* batch = std::exchange(open_batch_, nullptr)) {
    system_.dead_letters().record(*this, batch->type->message, dead_letter_reason::discarded, 0,
                                  batch->size);
    tally_.add(outcome::dead_lettered, batch->size);
    processed_ += batch->from_mailbox;
    batch->size = batch->from_mailbox = 0;
    batch->clear();
  }
  if (!cold_) return;
  if (envelope* message = std::exchange(cold_->held_back, nullptr)) {
    bury(message);
    ++processed_;
  }
}

}  // namespace troupe::detail
