#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <thread>

#include <troupe/actor.hpp>
#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "current_scope.hpp"
#include "executor.hpp"
#include "system_core.hpp"
#include "traced.hpp"

namespace troupe::detail {
namespace {

constinit thread_local actor_cell* current_cell = nullptr;

constexpr envelope_type stub_type{nullptr, nullptr, nullptr, "stub"};

}  // namespace

current_scope::current_scope(actor_cell& cell) noexcept
    : outer_(std::exchange(current_cell, &cell)),
      outer_trace_(std::exchange(current_trace, nullptr)) {}

current_scope::~current_scope() {
  current_cell = outer_;
  current_trace = outer_trace_;
}

actor_cell::actor_cell(system_core& system, actor_cell* parent, const actor_type& type,
                       const spawn_options& options, bool once,
                       std::unique_ptr<actor_factory> factory)
    : mailbox_(stub_type),
      capacity_(options.when_full == overflow::drop_oldest ? 0 : options.mailbox_capacity),
      turn_max_(static_cast<std::uint8_t>(std::clamp(options.mailbox_capacity / 2, 1U, batch_max))),
      pinned_(options.worker.has_value()),
      temporary_(once),
      factory_(std::move(factory)),
      parent_(parent),
      exit_(*this),
      alarm_(*this),
      system_(system),
      type_(type),
      counters_(system.counters_of(type)),
      id_(system.next_id()),
      options_(&options == &default_spawn_options ? options : *new spawn_options(options)) {
  until_sample_ = static_cast<std::uint8_t>(id_ % message_times::sample_every);
  if (options_.when_full == overflow::drop_oldest) {
    evicting_ = std::make_unique<evicting_queue>();
  }
  system_.live().add(*this);
}

exit_node::exit_node(actor_cell& of) noexcept
    : control_node([](control_node* node, actor_cell& parent) noexcept {
        parent.child_has_stopped(static_cast<exit_node*>(node)->child);
      }),
      child(of) {}

actor_cell::~actor_cell() {
  assert(!instance_ && !frame_);
  if (&options_ != &default_spawn_options) delete &options_;
}

void actor_cell::destroy() noexcept {
  delete this;
}

actor_cell& actor_cell::current() noexcept {
  assert(current_cell && "only on an actor's turn");
  return *current_cell;
}

actor_cell* actor_cell::current_or_null() noexcept {
  return current_cell;
}

time_point actor_cell::now() const noexcept {
  return system_.runs().now();
}

time_point actor_cell::stamp() const noexcept {
  return system_.runs().stamp();
}

time_point actor_cell::about_now() const noexcept {
  return system_.runs().about_now();
}

cold_state& actor_cell::cold() {
  if (!cold_) cold_ = std::make_unique<cold_state>(system_.runs().seed());
  return *cold_;
}

// ---- any thread ----------------------------------------------------------------------------

[[gnu::flatten]] tell_status actor_cell::push(envelope* message) noexcept {
  return current_trace ? push_traced(message) : push_untraced(message);
}

tell_status actor_cell::push_untraced(envelope* message) noexcept {
  switch (mailbox_.push(message, capacity_)) {
    case mailbox::pushed::stopped:
      return refuse_stopped(*message);
    case mailbox::pushed::full:
      return push_to_full(message);
    case mailbox::pushed::accepted_first:
      system_.runs().schedule(*this);
      break;
    case mailbox::pushed::accepted:
      break;
  }
  return tell_status::accepted;
}

void actor_cell::schedule(mailbox::woken how) noexcept {
  if (how == mailbox::woken::already) return;
  if (how == mailbox::woken::schedule_closed) retain();  // released when the cell parks
  system_.runs().schedule(*this);
}

void actor_cell::wake() noexcept {
  schedule(mailbox_.wake());
}

void actor_cell::signal(control_node& node) noexcept {
  schedule(mailbox_.signal(node));
}

[[gnu::flatten]] void actor_cell::deliver(control_node& answer, actor_cell& by) noexcept {
  answered(by);
  signal(answer);
  release();
}

void actor_cell::request_stop(stop_reason why) noexcept {
  std::uint8_t none = 0;
  const auto wanted = static_cast<std::uint8_t>(static_cast<std::uint8_t>(why) + 1);
  if (stop_requested_.compare_exchange_strong(none, wanted, std::memory_order_acq_rel)) wake();
}

void actor_cell::request_restart() noexcept {
  if (!restart_requested_.exchange(true, std::memory_order_acq_rel)) wake();
}

void actor_cell::alarm_rang() noexcept {
  alarm_rang_.store(true, std::memory_order_release);
  wake();
}

void actor_cell::on_closed(control_node& listener) noexcept {
  struct registration final : control_node {
    explicit registration(control_node& of) : control_node(&take), listener(of) {}
    static void take(control_node* node, actor_cell& cell) noexcept {
      const std::unique_ptr<registration> self(static_cast<registration*>(node));
      if (cell.phase_ == phase::stopped) {
        self->listener.run(&self->listener, cell);
        return;
      }
      cell.add_close_listener(self->listener);
    }
    control_node& listener;
  };
  signal(*new registration(listener));
}

void actor_cell::add_close_listener(control_node& listener) {
  control_node** last = &cold().close_listeners;
  while (*last) last = &(*last)->next;
  listener.next = nullptr;
  *last = &listener;
}

// ---- the turn --------------------------------------------------------------------------------

// All of the common way in one function: most turns have one message.
[[gnu::flatten]] actor_cell::turn_result actor_cell::run_turn(const coarse_clock& clock,
                                                              std::uint32_t messages_max) noexcept {
  const current_scope scope(*this);
  in_turn_ = true;
  processed_ = 0;
  if (control_node* node = mailbox_.take_first_control()) node->run(node, *this);
  if (mailbox_.is_signalled()) run_control();
  if (cold_ && cold_->blocked_first) admit_blocked();
  if (phase_ == phase::created) construct();
  run_messages(clock, messages_max);
  if (type_.turn_ended && phase_ == phase::running) {
    try {
      type_.turn_ended(*instance_);
    } catch (...) {
      fail(std::current_exception(), "turn_ended");
    }
  }
  // At once, where the cell is in the cache: the next turn may be another worker's.
  if (stop_requested_.load(std::memory_order_relaxed) && mailbox_.is_signalled()) run_control();
  if (mailbox_.word() & mailbox::draining && drained()) begin_drained_stop();
  return end_turn(clock);
}

std::uint64_t actor_cell::accepted_unpublished() const noexcept {
  const std::uint64_t now = mailbox_.word() >> mailbox::accepted_shift;
  const std::uint64_t fresh =
      (now - accepted_seen_.load(std::memory_order_relaxed)) & (~0ULL >> mailbox::accepted_shift);
  return fresh + tally_.urgent_accepted;
}

// Who reads the figures of the type adds what its cells have not published.
void actor_cell::publish_when_due() noexcept {
  if (tally_.by_outcome[0] >= unpublished_max) publish_tally();
  if (tally_.rare) publish_rare_outcomes();
}

void actor_cell::publish_tally() noexcept {
  if (const std::uint64_t accepted = accepted_unpublished()) {
    accepted_seen_.store(
        accepted_seen_.load(std::memory_order_relaxed) + accepted - tally_.urgent_accepted,
        std::memory_order_relaxed);
    tally_.urgent_accepted = 0;
    counters_.add_on_turn(count_of::accepted, accepted);
  }
  if (const std::uint32_t handled = tally_.by_outcome[0]) {
    counters_.add_on_turn(count_of::handled, handled);
    tally_.by_outcome[0] = 0;
    processed_before_ += handled;
  }
  if (tally_.rare) publish_rare_outcomes();
}

void actor_cell::publish_rare_outcomes() noexcept {
  tally_.rare = false;
  for (std::size_t i = 1; i < std::size(tally_.by_outcome); ++i) {
    const std::uint32_t count = tally_.by_outcome[i];
    if (count == 0) continue;
    counters_.add_on_turn(count_of::handled + i, count);
    tally_.by_outcome[i] = 0;
    if (i != static_cast<std::size_t>(outcome::dead_lettered)) processed_before_ += count;
    if (i == static_cast<std::size_t>(outcome::failed)) failed_before_ += count;
  }
}

actor_cell::turn_result actor_cell::end_turn(const coarse_clock& clock) noexcept {
  publish_when_due();
  const std::uint32_t in_batch = open_batch_ ? open_batch_->from_mailbox : 0;
  const bool some_blocked = cold_ && cold_->blocked_first;
  if (!frame_) current_ = nullptr;
  active_at_ = clock;
  in_turn_ = false;
  const auto how = mailbox_.end_turn(processed_, [&](std::uint64_t left) {
    using rest = mailbox::rest;
    if (phase_ == phase::stopped) return some_blocked ? rest::work : rest::none;
    if (messages_held()) return rest::waits;
    return left == in_batch && !urgent_first_ && !some_blocked ? rest::none : rest::work;
  });
  if (!how.parked) return turn_result::requeue;
  if (how.closed) release();  // may be the last: nothing is touched after it
  return turn_result::parked;
}

void actor_cell::run_control() noexcept {
  control_node* oldest = mailbox_.take_control();
  while (oldest) {
    control_node* node = oldest;
    oldest = node->next;
    node->run(node, *this);  // may free the node
  }
  if (alarm_rang_.load(std::memory_order_relaxed) &&
      alarm_rang_.exchange(false, std::memory_order_acq_rel)) {
    look_at_the_time();
  }
  if (restart_requested_.load(std::memory_order_relaxed) &&
      restart_requested_.exchange(false, std::memory_order_acq_rel)) {
    restart_with_sibling();
  }
  const std::uint8_t stop = stop_requested_.load(std::memory_order_acquire);
  if (!stop) return;
  if (phase_ < phase::stopping) {
    begin_stop(static_cast<stop_reason>(stop - 1));
  } else if (cold_ && cold_->drain) {
    stop_children();  // which may be draining
  }
}

void actor_cell::push_urgent(envelope* message) noexcept {
  if (current_trace) message = traced::wrap(*this, message);
  if (phase_ == phase::stopped) {
    message->type->discard(*this, message, ask_errc::stopped);
    return;
  }
  ++tally_.urgent_accepted;
  message->next.store(nullptr, std::memory_order_relaxed);
  if (urgent_last_) {
    urgent_last_->next.store(message, std::memory_order_relaxed);
  } else {
    urgent_first_ = message;
  }
  urgent_last_ = message;
}

[[gnu::always_inline]] inline envelope* actor_cell::next_message() noexcept {
  if (cold_ && cold_->held_back) return std::exchange(cold_->held_back, nullptr);
  if (evicting_) return pop_evicting();
  if (priority_first_ || mailbox_.has_priority()) {
    return take_with_priority();
  }
  priority_in_a_row_ = 0;
  return mailbox_.pop();
}

envelope* actor_cell::take() noexcept {
  return next_message();
}

void actor_cell::settle(outcome what) noexcept {
  if (!running_is_urgent_) ++processed_;
  tally_.add(what);
  if (sampled_since_ != time_point{}) record_sample();
}

[[gnu::always_inline]] inline void actor_cell::handle_message(envelope* message) noexcept {
  running_ = message;
  current_ = message->type;
  if (until_sample_-- == 0) {
    until_sample_ = message_times::sample_every - 1;
    sampled_since_ = system_.runs().stamp();
  }
  try {
    switch (message->type->handle(*this, message)) {
      case handler_outcome::finished:
        break;
      case handler_outcome::suspended:
        return;
      case handler_outcome::expired:
        running_ = nullptr;
        settle(outcome::expired);
        return;
      case handler_outcome::batched:
        running_ = nullptr;
        sampled_since_ = {};
        return;
    }
  } catch (...) {
    fail(std::current_exception(), running_name());
    return;
  }
  running_ = nullptr;
  settle(outcome::handled);
}

void actor_cell::run_envelope(envelope* message) noexcept {
  handle_message(message);
}

void actor_cell::run_messages(const coarse_clock& clock, std::uint32_t messages_max) noexcept {
  const std::uint32_t limit = std::min<std::uint32_t>(messages_max, turn_max_);
  std::uint32_t urgent = 0;
  std::uint32_t taken = 0;
  while (!messages_held() && taken < limit) {
    if (stop_requested_.load(std::memory_order_relaxed)) return;  // the next turn stops
    if (open_batch_ && batch_is_due()) {
      run_batch();
      continue;
    }
    if (urgent_first_ && urgent < messages_max) {
      envelope* message = urgent_first_;
      if (open_batch_ && ends_batch(message, false)) {
        run_batch();
        continue;
      }
      urgent_first_ = message->next.load(std::memory_order_relaxed);
      if (!urgent_first_) urgent_last_ = nullptr;
      ++urgent;
      running_is_urgent_ = true;
      current_since_ = clock;
      handle_message(message);
      continue;
    }
    envelope* message = next_message();
    if (!message) return;
    ++taken;
    if (open_batch_ && ends_batch(message, true)) {
      cold_->held_back = message;  // it comes after the batch
      run_batch();
      continue;
    }
    running_is_urgent_ = false;
    current_since_ = clock;
    handle_message(message);
  }
}

[[gnu::noinline]] void actor_cell::record_sample() noexcept {
  counters_.times.record(running_name(),
                         system_.runs().stamp() - std::exchange(sampled_since_, {}));
}

}  // namespace troupe::detail
