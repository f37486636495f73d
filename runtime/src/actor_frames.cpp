// Suspended handlers: running their frames, ending them, and what they wait for.
#include <algorithm>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"
#include "traced.hpp"

namespace troupe::detail {

handler_outcome actor_cell::run_handler(std::coroutine_handle<> frame) {
  // `suspended` in any case: finish_frame() does what is left once the frame is done.
  start_frame(frame_kind::handler, frame);
  return handler_outcome::suspended;
}

void actor_cell::start_frame(frame_kind kind, std::coroutine_handle<> frame) {
  frame_kind_ = kind;
  frame_ = frame;
  if (kind != frame_kind::handler)
    begin_hook(kind == frame_kind::started ? started_hook : stopping_hook);
  resume(frame);
}

[[gnu::flatten]] void actor_cell::resume(std::coroutine_handle<> frame) noexcept {
  const trace_scope scope(running_context());
  frame.resume();
  if (frame_ && frame_.done()) finish_frame();
}

void actor_cell::finish_frame() noexcept {
  const std::coroutine_handle<> frame = std::exchange(frame_, nullptr);
  std::exception_ptr error;
  std::string_view name;
  try {
    switch (frame_kind_) {
      case frame_kind::handler:
        name = running_name();
        running_->type->complete(*this, running_, frame);
        running_ = nullptr;
        settle(outcome::handled);
        break;
      case frame_kind::started:
        name = "started";
        type_.finish_start(frame);
        if (phase_ == phase::starting) phase_ = phase::running;
        break;
      case frame_kind::stopping:
        name = "stopping";
        type_.finish_stop(frame);
        break;
    }
  } catch (...) {
    error = std::current_exception();
  }
  frame.destroy();
  if (error) fail(error, name);
  if (frame_kind_ == frame_kind::stopping && phase_ == phase::stopping) continue_stop();
}

// Lets a suspended handler run to its end with every wait cancelled; takes the frame away from one
// that still does not end.
void actor_cell::end_suspended_handler() noexcept {
  cancelling_ = true;
  while (frame_ && waits_) {
    wait* pending = waits_;
    while (pending && pending->discard) pending = pending->next;  // of no frame
    if (!pending) break;
    abandon_wait(*pending);
    if (pending->asked) pending->asked->cancelled.store(true, std::memory_order_relaxed);
    pending->complete(*pending, *this, wait::end::cancelled, nullptr);
  }
  cancelling_ = false;
  if (frame_) std::exchange(frame_, nullptr).destroy();
  if (envelope* lost = std::exchange(running_, nullptr)) {
    lost->type->discard(*this, lost, ask_errc::stopped);
    settle(outcome::failed);
  }
}

// ---- waits and timers --------------------------------------------------------------------------

void actor_cell::begin_wait(wait& pending) {
  pending.id = ++last_wait_;
  pending.previous = nullptr;
  pending.next = waits_;
  if (waits_) waits_->previous = &pending;
  waits_ = &pending;
  if (pending.deadline < alarm_.due) {
    alarm_.due = pending.deadline;
    system_.runs().arm(alarm_, alarm_.due);
  }
}

void actor_cell::abandon_wait(wait& pending) noexcept {
  if (pending.previous) pending.previous->next = pending.next;
  if (pending.next) pending.next->previous = pending.previous;
  if (waits_ == &pending) waits_ = pending.next;
}

wait* actor_cell::take_wait(std::uint64_t id) noexcept {
  for (wait* pending = waits_; pending; pending = pending->next) {
    if (pending->id != id) continue;
    abandon_wait(*pending);
    return pending;
  }
  return nullptr;
}

void actor_cell::answer_arrived(request_envelope& answer) noexcept {
  if (wait* pending = take_wait(answer.wait_id)) {
    pending->complete(*pending, *this, wait::end::answered, &answer);
  } else {
    answer.destroy(&answer);
  }
}

std::uint64_t actor_cell::start_timer(duration delay, duration period,
                                      std::unique_ptr<timed_message> message) {
  cold_state& state = cold();
  const std::uint64_t timer = ++state.last_timer;
  const time_point due = now() + std::max(delay, duration::zero());
  state.timers.emplace(std::pair(due, timer),
                       timer_entry{period, std::move(message), current_context()});
  state.timer_due.emplace(timer, due);
  if (due < alarm_.due) {
    alarm_.due = due;
    system_.runs().arm(alarm_, due);
  }
  return timer;
}

bool actor_cell::cancel_timer(std::uint64_t timer) noexcept {
  if (!cold_) return false;
  const auto found = cold_->timer_due.find(timer);
  if (found == cold_->timer_due.end()) return false;
  cold_->timers.erase({found->second, timer});
  cold_->timer_due.erase(found);
  return true;
}

void actor_cell::look_at_the_time() noexcept {
  alarm_.due = time_point::max();
  const time_point present = now();
  for (bool again = true; again;) {
    again = false;
    for (wait* pending = waits_; pending; pending = pending->next) {
      if (pending->deadline > present) continue;
      abandon_wait(*pending);
      if (pending->asked) pending->asked->cancelled.store(true, std::memory_order_relaxed);
      pending->complete(*pending, *this, wait::end::timed_out, nullptr);
      again = true;  // the list may be another one now
      break;
    }
  }
  if (cold_ && instance_ && phase_ <= phase::running) {
    auto& timers = cold_->timers;
    while (!timers.empty() && timers.begin()->first.first <= present) {
      auto entry = timers.extract(timers.begin());
      const auto [due, timer] = entry.key();
      {
        const trace_context& context = entry.mapped().context;
        const trace_scope scope(context.correlation ? &context : nullptr);
        push_urgent(entry.mapped().message->make());
      }
      if (entry.mapped().period > duration::zero()) {
        const auto missed = (present - due) / entry.mapped().period;
        const time_point next = due + (missed + 1) * entry.mapped().period;
        entry.key().first = next;
        cold_->timer_due[timer] = next;
        timers.insert(std::move(entry));
      } else {
        cold_->timer_due.erase(timer);
      }
    }
  }
  if (phase_ == phase::backoff) continue_restart();
  if (cold_ && cold_->drain && cold_->drain->until <= present && phase_ < phase::stopping) {
    begin_stop(cold_->drain->why);
  }
  if (phase_ != phase::stopped) arm();
}

void actor_cell::arm() noexcept {
  time_point earliest = time_point::max();
  for (const wait* pending = waits_; pending; pending = pending->next) {
    earliest = std::min(earliest, pending->deadline);
  }
  if (open_batch_ && open_batch_->due > now()) earliest = std::min(earliest, open_batch_->due);
  if (cold_) {
    if (!cold_->timers.empty() && phase_ <= phase::running) {
      earliest = std::min(earliest, cold_->timers.begin()->first.first);
    }
    if (cold_->drain && phase_ < phase::stopping) {
      earliest = std::min(earliest, cold_->drain->until);
    }
    if (phase_ == phase::backoff && cold_->restart_due) {
      earliest = std::min(earliest, *cold_->restart_due);
    }
  }
  if (earliest < alarm_.due) {
    alarm_.due = earliest;
    system_.runs().arm(alarm_, earliest);
  }
}

}  // namespace troupe::detail
