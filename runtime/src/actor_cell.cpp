#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <thread>

#include <troupe/actor.hpp>
#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "executor.hpp"
#include "system_core.hpp"

namespace troupe::detail {
namespace {

thread_local actor_cell* current_cell = nullptr;

class current_scope {
 public:
  explicit current_scope(actor_cell& cell) noexcept : outer_(std::exchange(current_cell, &cell)) {}
  ~current_scope() { current_cell = outer_; }
  current_scope(const current_scope&) = delete;
  current_scope& operator=(const current_scope&) = delete;

 private:
  actor_cell* outer_;
};

// The stub is never handled: pop() skips it.
constexpr envelope_type stub_type{nullptr, nullptr, nullptr, "stub"};

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown exception";
  }
}

duration delay_before_restart(const backoff& rule, std::size_t nth, random_source& random) {
  const auto doublings = std::min<std::size_t>(nth - 1, 30);
  const auto full = std::min<duration>(rule.max, rule.initial * (1LL << doublings));
  const auto share = static_cast<double>(full.count()) * rule.jitter;
  return full - duration(static_cast<duration::rep>(share * random.fraction()));
}

}  // namespace

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
  std::uint64_t old = word_.load(std::memory_order_relaxed);
  std::uint64_t wanted = 0;
  do {
    if (old & closed) {
      counters_.dead_letters.fetch_add(1, std::memory_order_relaxed);
      return tell_status::stopped;
    }
    if ((old & count_mask) >= options_.mailbox_capacity) {
      counters_.mailbox_full.fetch_add(1, std::memory_order_relaxed);
      return tell_status::mailbox_full;
    }
    wanted = (old + 1) | ((old & held) ? 0 : active);
  } while (!word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                        std::memory_order_relaxed));
  // From here on the turn knows that a message is coming, and waits for this link.
  envelope* previous = tail_.exchange(message, std::memory_order_acq_rel);
  previous->next.store(message, std::memory_order_release);
  if (!(old & (active | held))) system_.runs().schedule(*this);
  return tell_status::accepted;
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

actor_cell::turn_result actor_cell::end_turn() noexcept {
  if (processed_) counters_.handled.fetch_add(processed_, std::memory_order_relaxed);
  std::uint64_t old = word_.load(std::memory_order_relaxed);
  for (;;) {
    std::uint64_t wanted = old - processed_;
    bool park = false;
    if (old & signalled) {
      // stays active: the control list has something
    } else if (phase_ == phase::stopped) {
      park = true;
      wanted &= ~(active | held);
    } else if (messages_held()) {
      park = true;
      wanted = (wanted & ~active) | held;
    } else {
      wanted &= ~held;
      park = (wanted & count_mask) == 0 && !urgent_first_;
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
  const std::uint8_t stop = stop_requested_.load(std::memory_order_acquire);
  if (stop && phase_ < phase::stopping) begin_stop(static_cast<stop_reason>(stop - 1));
}

envelope* actor_cell::pop() noexcept {
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
  try {
    if (message->type->handle(*this, message) == handler_outcome::suspended) return;
  } catch (...) {
    fail(std::current_exception(), name);
    return;
  }
  running_ = nullptr;
  if (!running_is_urgent_) ++processed_;
}

handler_outcome actor_cell::run_handler(std::coroutine_handle<> frame) {
  // `suspended` in any case: finish_frame() does what is left once the frame is done.
  start_frame(frame_kind::handler, frame);
  return handler_outcome::suspended;
}

void actor_cell::start_frame(frame_kind kind, std::coroutine_handle<> frame) {
  frame_kind_ = kind;
  frame_ = frame;
  resume(frame);
}

void actor_cell::resume(std::coroutine_handle<> frame) noexcept {
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
        name = running_->type->message;
        running_->type->complete(*this, running_, frame);
        running_ = nullptr;
        if (!running_is_urgent_) ++processed_;
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
  if (frame_kind_ == frame_kind::stopping && phase_ == phase::stopping) close();
}

void actor_cell::construct() noexcept {
  try {
    instance_ = factory_->make();
    if (temporary_) factory_.reset();
    phase_ = type_.start ? phase::starting : phase::running;
    if (type_.start) start_frame(frame_kind::started, type_.start(*instance_));
  } catch (...) {
    fail(std::current_exception(), "constructor");
  }
}

// ---- failure and restart ---------------------------------------------------------------------

void actor_cell::fail(std::exception_ptr error, std::string_view message) noexcept {
  if (envelope* lost = std::exchange(running_, nullptr)) {
    lost->type->discard(*this, lost, ask_errc::failed);
    if (!running_is_urgent_) ++processed_;
  }
  if (phase_ >= phase::stopping) {
    system_.report({error, text_of(error), id_, type_.name, message}, directive::stop);
    return;
  }
  std::string what = text_of(error);
  decide({std::move(error), std::move(what), id_, type_.name, message});
}

void actor_cell::decide(failure cause) noexcept {
  const supervision& rules = options_.on_failure;
  directive decision = temporary_ ? directive::stop : rules.decide(cause);
  if (decision == directive::resume && phase_ != phase::running) decision = directive::restart;
  if (decision == directive::restart) {
    auto& history = cold().restarts;
    const time_point since = now() - rules.window;
    while (!history.empty() && history.front() <= since) history.pop_front();
    if (history.size() >= rules.restarts_max) decision = rules.when_exceeded;
  }
  system_.report(cause, decision);
  switch (decision) {
    case directive::resume:
      return;
    case directive::restart:
      begin_restart();
      return;
    case directive::stop:
      begin_stop(stop_reason::failed);
      return;
    case directive::escalate:
      escalate(std::move(cause));
      return;
  }
}

void actor_cell::escalate(failure cause) noexcept {
  struct escalation final : control_node {
    escalation(actor_cell& from, failure why)
        : control_node(&take), child(from), cause(std::move(why)) {}
    static void take(control_node* node, actor_cell& parent) noexcept {
      const std::unique_ptr<escalation> self(static_cast<escalation*>(node));
      actor_cell& failed = *self->child.get();
      if (!parent.parent_ || parent.phase_ != phase::running) {
        // The root has nobody to ask, and a parent that is not running is being dealt with.
        failed.request_stop(stop_reason::failed);
        return;
      }
      parent.end_suspended_handler();
      parent.fail(std::make_exception_ptr(child_failed(std::move(self->cause))), "child failed");
      if (parent.phase_ == phase::running) failed.request_stop(stop_reason::failed);  // resumed
    }
    cell_ptr child;
    failure cause;
  };
  phase_ = phase::failed;
  parent_->signal(*new escalation(*this, std::move(cause)));
}

void actor_cell::begin_restart() noexcept {
  phase_ = phase::backoff;
  cold_state& state = cold();
  state.restarts.push_back(now());
  const duration delay =
      delay_before_restart(options_.on_failure.delay, state.restarts.size(), state.random);
  state.restart_due = now() + delay;
  stop_children();
  continue_restart();
}

void actor_cell::continue_restart() noexcept {
  if (first_child_) return;
  drop_instance();
  cold_state& state = cold();
  if (now() < *state.restart_due) {
    arm();
    return;
  }
  state.restart_due.reset();
  counters_.restarts.fetch_add(1, std::memory_order_relaxed);
  restarted_ = true;
  phase_ = phase::created;
  construct();
}

// ---- stop ------------------------------------------------------------------------------------

void actor_cell::begin_stop(stop_reason why) noexcept {
  const bool may_clean_up = phase_ == phase::running && why != stop_reason::failed;
  // So that nothing more is read from the mailbox, whoever asked for the stop.
  stop_requested_.store(static_cast<std::uint8_t>(static_cast<std::uint8_t>(why) + 1),
                        std::memory_order_release);
  phase_ = phase::stopping;
  why_stopped_ = why;
  end_suspended_handler();
  runs_stopping_hook_ = may_clean_up && type_.stop != nullptr;
  stop_children();
  continue_stop();
}

void actor_cell::stop_children() noexcept {
  for (actor_cell* child = first_child_; child; child = child->next_sibling_) {
    child->request_stop(stop_reason::shut_down);
  }
}

void actor_cell::continue_stop() noexcept {
  if (first_child_ || frame_) return;
  if (std::exchange(runs_stopping_hook_, false)) {
    try {
      start_frame(frame_kind::stopping, type_.stop(*instance_));  // finish_frame() closes
    } catch (...) {
      fail(std::current_exception(), "stopping");
      close();
    }
    return;
  }
  close();
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
    if (!running_is_urgent_) ++processed_;
  }
}

// What belongs to the instance goes with it: waits, timers, monitors, its own queued messages.
void actor_cell::drop_instance() noexcept {
  end_suspended_handler();
  while (waits_) {
    wait& pending = *waits_;
    abandon_wait(pending);
    if (pending.asked) pending.asked->cancelled.store(true, std::memory_order_relaxed);
    pending.discard(pending);
  }
  while (envelope* message = urgent_first_) {
    urgent_first_ = message->next.load(std::memory_order_relaxed);
    message->type->discard(*this, message, ask_errc::stopped);
  }
  urgent_last_ = nullptr;
  if (cold_) {
    cold_->timers.clear();
    cold_->timer_due.clear();
    while (monitor_record* record = cold_->watching) {
      cold_->watching = record->next_watched;
      record->orphaned = true;
      record->references.fetch_add(1, std::memory_order_relaxed);
      const cell_ptr target = record->target;
      target->signal(record->remove_node);
    }
  }
  instance_.reset();
}

void actor_cell::close() noexcept {
  phase_ = phase::stopped;  // first: the end of a suspended stopping() must not close again
  drop_instance();
  factory_.reset();
  retain();  // the schedule's own: see end_turn()
  word_.fetch_or(closed, std::memory_order_acq_rel);
  discard_mailbox();
  system_.runs().disarm(alarm_);
  system_.delist(*this);
  counters_.stopped[static_cast<std::size_t>(why_stopped_)].fetch_add(1, std::memory_order_relaxed);
  if (cold_) {
    while (monitor_record* record = cold_->watchers) {
      cold_->watchers = record->next_watcher;
      record->next_watcher = record->previous_watcher = nullptr;
      if (cold_->watchers) cold_->watchers->previous_watcher = nullptr;
      record->send_notice(why_stopped_);
    }
    while (control_node* listener = cold_->close_listeners) {
      cold_->close_listeners = listener->next;
      listener->run(listener, *this);
    }
  }
  if (parent_) {
    parent_->signal(exit_);  // gives up the cell's own reference
  } else {
    release();
  }
}

// A message that is counted but not linked yet is being pushed right now: its sender is between two
// instructions, and this waits for it.
void actor_cell::discard_mailbox() noexcept {
  std::uint64_t left = (word_.load(std::memory_order_acquire) & count_mask) - processed_;
  counters_.dead_letters.fetch_add(left, std::memory_order_relaxed);
  while (left > 0) {
    envelope* message = pop();
    if (!message) {
      std::this_thread::yield();
      continue;
    }
    message->type->discard(*this, message, ask_errc::stopped);
    ++processed_;
    --left;
  }
}

void actor_cell::close_forcibly() noexcept {
  const current_scope scope(*this);
  for (actor_cell* child = first_child_; child; child = child->next_sibling_) {
    child->close_forcibly();  // unlinked later, by its exit notice
  }
  if (phase_ == phase::stopped) return;
  why_stopped_ = stop_reason::shut_down;
  phase_ = phase::stopping;
  const bool scheduled = (word_.load(std::memory_order_acquire) & active) != 0;
  close();
  if (!scheduled) release();  // what close() took for the schedule
}

// ---- children --------------------------------------------------------------------------------

cell_ptr actor_cell::spawn(const actor_type& type, const spawn_options& options, bool once,
                           std::unique_ptr<actor_factory> factory) {
  // From begin() on the child may run, stop and be released at any time: the reference comes first.
  cell_ptr child(*new actor_cell(system_, this, type, options, once, std::move(factory)));
  link_child(*child.get());
  child->begin();
  return child;
}

void actor_cell::link_child(actor_cell& child) noexcept {
  child.next_sibling_ = first_child_;
  if (first_child_) first_child_->previous_sibling_ = &child;
  first_child_ = &child;
  if (phase_ >= phase::backoff) child.request_stop(stop_reason::shut_down);
}

void actor_cell::child_has_stopped(actor_cell& child) noexcept {
  if (child.previous_sibling_) child.previous_sibling_->next_sibling_ = child.next_sibling_;
  if (child.next_sibling_) child.next_sibling_->previous_sibling_ = child.previous_sibling_;
  if (first_child_ == &child) first_child_ = child.next_sibling_;
  child.release();
  if (phase_ == phase::stopping) continue_stop();
  if (phase_ == phase::backoff) continue_restart();
}

void actor_cell::monitor(actor_cell& target) {
  auto* record = new monitor_record(*this, target);
  cold_state& state = cold();
  record->next_watched = state.watching;
  if (state.watching) state.watching->previous_watched = record;
  state.watching = record;
  target.signal(record->add_node);
}

// ---- waits and timers --------------------------------------------------------------------------

void actor_cell::begin_wait(wait& pending) {
  pending.id = ++cold().last_wait;
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

void actor_cell::answer_arrived(request_envelope& answer) noexcept {
  for (wait* pending = waits_; pending; pending = pending->next) {
    if (pending->id != answer.wait_id) continue;
    abandon_wait(*pending);
    pending->complete(*pending, *this, wait::end::answered, &answer);
    return;
  }
  answer.destroy(&answer);
}

std::uint64_t actor_cell::start_timer(duration delay, duration period,
                                      std::unique_ptr<timed_message> message) {
  cold_state& state = cold();
  const std::uint64_t timer = ++state.last_timer;
  const time_point due = now() + std::max(delay, duration::zero());
  state.timers.emplace(std::pair(due, timer), timer_entry{period, std::move(message)});
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
      push_urgent(entry.mapped().message->make());
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
  if (phase_ != phase::stopped) arm();
}

void actor_cell::arm() noexcept {
  time_point earliest = time_point::max();
  for (const wait* pending = waits_; pending; pending = pending->next) {
    earliest = std::min(earliest, pending->deadline);
  }
  if (cold_) {
    if (!cold_->timers.empty() && phase_ <= phase::running) {
      earliest = std::min(earliest, cold_->timers.begin()->first.first);
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

namespace troupe {

wall_time actor::wall_now() const noexcept {
  return cell_.system().runs().wall_now();
}
random_source& actor::random() noexcept {
  return cell_.cold().random;
}

child_failed::child_failed(failure cause) : cause_(std::move(cause)) {
  text_ = std::string(cause_.actor_type) + "#" + std::to_string(cause_.actor) + " failed in " +
          std::string(cause_.message) + ": " + cause_.what;
}

namespace io {
std::expected<std::unique_ptr<acceptor>, error> listen_on(const endpoint& address,
                                                          const accept_target& owner) {
  return owner.owner->system().runs().listen(address, owner);
}
}  // namespace io

}  // namespace troupe
