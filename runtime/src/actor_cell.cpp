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

namespace troupe::detail {
namespace {

thread_local actor_cell* current_cell = nullptr;

// The stub is never handled: pop() skips it.
constexpr envelope_type stub_type{nullptr, nullptr, nullptr, "stub"};

}  // namespace

current_scope::current_scope(actor_cell& cell) noexcept
    : outer_(std::exchange(current_cell, &cell)) {}

current_scope::~current_scope() {
  current_cell = outer_;
}

actor_cell::actor_cell(system_core& system, actor_cell* parent, const actor_type& type,
                       const spawn_options& options, bool once,
                       std::unique_ptr<actor_factory> factory)
    : tail_(&stub_),
      temporary_(once),
      head_(&stub_),
      stub_(stub_type),
      factory_(std::move(factory)),
      parent_(parent),
      exit_(*this),
      alarm_(*this),
      system_(system),
      type_(type),
      counters_(system.counters_of(type.name)),
      id_(system.next_id()),
      options_(options) {
  if (options_.when_full == overflow::drop_oldest) {
    evicting_ = std::make_unique<evicting_queue>();
  }
  counters_.spawned.fetch_add(1, std::memory_order_relaxed);
  system_.enlist(*this);
}

exit_node::exit_node(actor_cell& of) noexcept
    : control_node([](control_node* node, actor_cell& parent) noexcept {
        parent.child_has_stopped(static_cast<exit_node*>(node)->child);
      }),
      child(of) {}

actor_cell::~actor_cell() {
  assert(!instance_ && !frame_);
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

cold_state& actor_cell::cold() {
  if (!cold_) cold_ = std::make_unique<cold_state>(system_.runs().seed());
  return *cold_;
}

// ---- any thread ----------------------------------------------------------------------------

tell_status actor_cell::push(envelope* message) noexcept {
  if (evicting_) return push_evicting(message);
  std::uint64_t old = word_.load(std::memory_order_relaxed);
  std::uint64_t wanted = 0;
  do {
    if (old & closed) {
      counters_.refused_stopped.fetch_add(1, std::memory_order_relaxed);
      return tell_status::stopped;
    }
    if ((old & count_mask) >= options_.mailbox_capacity) return push_to_full(message);
    wanted = (old + one_accepted + 1) | ((old & held) ? 0 : active);
  } while (!word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                        std::memory_order_relaxed));
  // From here on the turn knows that a message is coming, and waits for this link.
  envelope* previous = tail_.exchange(message, std::memory_order_acq_rel);
  previous->next.store(message, std::memory_order_release);
  if (!(old & (active | held))) system_.runs().schedule(*this);
  return tell_status::accepted;
}

tell_status actor_cell::push_to_full(envelope* message) noexcept {
  counters_.mailbox_full.fetch_add(1, std::memory_order_relaxed);
  if (options_.when_full == overflow::reject) return tell_status::mailbox_full;
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  counters_.dropped.fetch_add(1, std::memory_order_relaxed);
  message->type->discard(*this, message, ask_errc::mailbox_full);
  return tell_status::dropped;
}

tell_status actor_cell::push_evicting(envelope* message) noexcept {
  message->next.store(nullptr, std::memory_order_relaxed);
  envelope* evicted = nullptr;
  std::uint64_t old = 0;
  {
    const std::scoped_lock lock(evicting_->mutex);
    old = word_.load(std::memory_order_relaxed);
    std::uint64_t wanted = 0;
    bool full = false;
    do {
      if (old & closed) {
        counters_.refused_stopped.fetch_add(1, std::memory_order_relaxed);
        return tell_status::stopped;
      }
      // One that runs is counted, but not in the list: then there is nothing to evict, and one more
      // than the capacity is let in.
      full = (old & count_mask) >= options_.mailbox_capacity && evicting_->first;
      wanted = (old + one_accepted + (full ? 0 : 1)) | ((old & held) ? 0 : active);
    } while (!word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    if (full) {
      evicted = evicting_->first;
      evicting_->first = evicted->next.load(std::memory_order_relaxed);
      if (!evicting_->first) evicting_->last = nullptr;
    }
    if (evicting_->last) {
      evicting_->last->next.store(message, std::memory_order_relaxed);
    } else {
      evicting_->first = message;
    }
    evicting_->last = message;
  }
  if (!(old & (active | held))) system_.runs().schedule(*this);
  if (evicted) {
    counters_.dropped.fetch_add(1, std::memory_order_relaxed);
    evicted->type->discard(*this, evicted, ask_errc::mailbox_full);
  }
  return tell_status::accepted;
}

envelope* actor_cell::pop_evicting() noexcept {
  const std::scoped_lock lock(evicting_->mutex);
  envelope* message = evicting_->first;
  if (!message) return nullptr;
  evicting_->first = message->next.load(std::memory_order_relaxed);
  if (!evicting_->first) evicting_->last = nullptr;
  return message;
}

void actor_cell::wake() noexcept {
  const std::uint64_t old = word_.fetch_or(signalled | active, std::memory_order_acq_rel);
  if (old & active) return;
  if (old & closed) retain();  // the schedule's own, released when the cell parks
  system_.runs().schedule(*this);
}

void actor_cell::signal(control_node& node) noexcept {
  node.next = control_.load(std::memory_order_relaxed);
  while (!control_.compare_exchange_weak(node.next, &node, std::memory_order_acq_rel,
                                         std::memory_order_relaxed)) {
  }
  wake();
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

void actor_cell::adopt(actor_cell& child) {
  struct adoption final : control_node {
    explicit adoption(actor_cell& cell) : control_node(&take), child(cell) {}
    static void take(control_node* node, actor_cell& parent) noexcept {
      const std::unique_ptr<adoption> self(static_cast<adoption*>(node));
      parent.link_child(*self->child.get());
    }
    cell_ptr child;
  };
  signal(*new adoption(child));
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
      cold_state& cold = cell.cold();
      self->listener.next = cold.close_listeners;
      cold.close_listeners = &self->listener;
    }
    control_node& listener;
  };
  signal(*new registration(listener));
}

// ---- the turn --------------------------------------------------------------------------------

actor_cell::turn_result actor_cell::run_turn() noexcept {
  const current_scope scope(*this);
  processed_ = 0;
  if (word_.load(std::memory_order_acquire) & signalled) run_control();
  admit_blocked();
  if (phase_ == phase::created) construct();
  run_messages();
  if (type_.turn_ended && phase_ == phase::running) {
    try {
      type_.turn_ended(*instance_);
    } catch (...) {
      fail(std::current_exception(), "turn_ended");
    }
  }
  return end_turn();
}

std::uint64_t actor_cell::accepted_unpublished() const noexcept {
  const std::uint64_t now = word_.load(std::memory_order_relaxed) >> accepted_shift;
  return (now - accepted_seen_.load(std::memory_order_relaxed)) & (~0ULL >> accepted_shift);
}

void actor_cell::publish_tally() noexcept {
  if (const std::uint64_t fresh = accepted_unpublished(); fresh + tally_.urgent_accepted > 0) {
    accepted_seen_.store(accepted_seen_.load(std::memory_order_relaxed) + fresh,
                         std::memory_order_relaxed);
    counters_.accepted.fetch_add(fresh + tally_.urgent_accepted, std::memory_order_relaxed);
  }
  for (std::size_t i = 0; i < std::size(tally_.by_outcome); ++i) {
    if (const std::uint32_t count = tally_.by_outcome[i]) {
      counters_.outcomes[i].fetch_add(count, std::memory_order_relaxed);
    }
  }
  tally_ = {};
}

actor_cell::turn_result actor_cell::end_turn() noexcept {
  publish_tally();
  std::uint64_t old = word_.load(std::memory_order_relaxed);
  for (;;) {
    std::uint64_t wanted = old - processed_;
    bool park = false;
    if (old & signalled) {
      // stays active: the control list has something
    } else if (phase_ == phase::stopped) {
      park = !has_blocked();
      if (park) wanted &= ~(active | held);
    } else if (messages_held()) {
      park = true;
      wanted = (wanted & ~active) | held;
    } else {
      wanted &= ~held;
      park = (wanted & count_mask) == 0 && !urgent_first_ && !has_blocked();
      if (park) wanted &= ~active;
    }
    const bool is_closed = (old & closed) != 0;
    if (word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                    std::memory_order_relaxed)) {
      if (!park) return turn_result::requeue;
      if (is_closed) release();  // may be the last: nothing is touched after it
      return turn_result::parked;
    }
  }
}

void actor_cell::run_control() noexcept {
  word_.fetch_and(~signalled, std::memory_order_acq_rel);
  // What is pushed from here on signals again.
  control_node* newest = control_.exchange(nullptr, std::memory_order_acq_rel);
  control_node* oldest = nullptr;
  while (newest) {
    control_node* next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest) {
    control_node* node = oldest;
    oldest = node->next;
    node->run(node, *this);  // may free the node
  }
  if (alarm_rang_.exchange(false, std::memory_order_acq_rel)) look_at_the_time();
  if (restart_requested_.exchange(false, std::memory_order_acq_rel)) restart_with_sibling();
  const std::uint8_t stop = stop_requested_.load(std::memory_order_acquire);
  if (stop && phase_ < phase::stopping) begin_stop(static_cast<stop_reason>(stop - 1));
}

envelope* actor_cell::pop() noexcept {
  if (evicting_) return pop_evicting();
  envelope* head = head_;
  envelope* next = head->next.load(std::memory_order_acquire);
  if (head == &stub_) {
    if (!next) return nullptr;
    head_ = next;
    head = next;
    next = next->next.load(std::memory_order_acquire);
  }
  if (next) {
    head_ = next;
    return head;
  }
  if (head != tail_.load(std::memory_order_acquire)) return nullptr;  // a link is being made
  stub_.next.store(nullptr, std::memory_order_relaxed);
  envelope* previous = tail_.exchange(&stub_, std::memory_order_acq_rel);
  previous->next.store(&stub_, std::memory_order_release);
  next = head->next.load(std::memory_order_acquire);
  if (!next) return nullptr;
  head_ = next;
  return head;
}

void actor_cell::push_urgent(envelope* message) noexcept {
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

void actor_cell::run_messages() noexcept {
  // Half the capacity at most, so that senders see room while a long batch runs.
  const std::uint32_t limit = std::min(batch_max, std::max(1U, options_.mailbox_capacity / 2));
  std::uint32_t urgent = 0;
  while (!messages_held() && processed_ < limit) {
    if (stop_requested_.load(std::memory_order_relaxed)) return;  // the next turn stops
    if (urgent_first_ && urgent < batch_max) {
      envelope* message = urgent_first_;
      urgent_first_ = message->next.load(std::memory_order_relaxed);
      if (!urgent_first_) urgent_last_ = nullptr;
      ++urgent;
      running_is_urgent_ = true;
      run_envelope(message);
      continue;
    }
    envelope* message = pop();
    if (!message) return;
    running_is_urgent_ = false;
    run_envelope(message);
  }
}

void actor_cell::run_envelope(envelope* message) noexcept {
  const std::string_view name = message->type->message;
  running_ = message;
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
        settle(outcome::expired, name);
        return;
    }
  } catch (...) {
    fail(std::current_exception(), name);
    return;
  }
  running_ = nullptr;
  settle(outcome::handled, name);
}

void actor_cell::settle(outcome what, std::string_view message) noexcept {
  if (!running_is_urgent_) ++processed_;
  ++tally_.by_outcome[static_cast<std::size_t>(what)];
  if (sampled_since_ == time_point{}) return;
  counters_.times.record(message, system_.runs().stamp() - std::exchange(sampled_since_, {}));
}

}  // namespace troupe::detail
