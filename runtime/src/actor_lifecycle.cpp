// From construction to the end: failures and what is decided about them, restarts, stopping,
// children.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <troupe/actor.hpp>
#include <troupe/detail/cell.hpp>

#include "cold_state.hpp"
#include "current_scope.hpp"
#include "executor.hpp"
#include "system_core.hpp"

namespace troupe::detail {
namespace {

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

void actor_cell::construct() noexcept {
  begin_hook(constructor_hook);
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
  const correlation_id correlation{correlation_};
  if (envelope* lost = std::exchange(running_, nullptr)) {
    lost->type->discard(*this, lost, ask_errc::failed);
    settle(outcome::failed);
  }
  if (phase_ >= phase::stopping) {
    system_.report({error, text_of(error), id_, type_.name, message, kind_of(error), correlation},
                   directive::stop);
    return;
  }
  std::string what = text_of(error);
  const failure_kind kind = kind_of(error);
  decide({std::move(error), std::move(what), id_, type_.name, message, kind, correlation});
}

bool actor_cell::fail_now(std::exception_ptr error) noexcept {
  if (phase_ != phase::running || open_batch_) return false;
  if (frame_) {
    end_suspended_handler();
    if (phase_ == phase::running) fail(std::move(error), running_name());
    return true;
  }
  envelope* next = take();
  if (!next) return false;
  running_ = next;
  running_is_urgent_ = false;
  current_ = next->type;
  fail(std::move(error), running_name());
  return true;
}

void actor_cell::decide(failure cause) noexcept {
  if (parent_ && parent_->has_strategy_.load(std::memory_order_acquire)) {
    ask_supervisor(std::move(cause));
    return;
  }
  const directive decision = temporary_ ? directive::stop : options_.on_failure.decide(cause);
  carry_out(decision, std::move(cause));
}

void actor_cell::carry_out(directive decision, failure cause) noexcept {
  const supervision& rules = options_.on_failure;
  if (decision == directive::restart && temporary_) decision = directive::stop;
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
  if (parent_) {
    struct news final : control_node {
      explicit news(actor_cell& of) : control_node(&take), failed(of) {}
      static void take(control_node* node, actor_cell& parent) noexcept {
        const std::unique_ptr<news> self(static_cast<news*>(node));
        parent.restart_siblings_of(*self->failed.get());
      }
      cell_ptr failed;
    };
    parent_->signal(*new news(*this));
  }
  stop_children();
  continue_restart();
}

void actor_cell::restart_siblings_of(const actor_cell& failed) noexcept {
  if (strategy_ == strategy::one_for_one || phase_ > phase::running) return;
  for (actor_cell* child = first_child_; child; child = child->next_sibling_) {
    const bool concerned = strategy_ == strategy::all_for_one || child->id() > failed.id();
    if (child != &failed && concerned) child->request_restart();
  }
}

void actor_cell::restart_with_sibling() noexcept {
  if (phase_ != phase::starting && phase_ != phase::running)
    return;  // it is not what it was anyway
  if (temporary_) return begin_stop(stop_reason::shut_down);
  end_suspended_handler();
  if (phase_ != phase::starting && phase_ != phase::running) return;  // the handler's end did it
  phase_ = phase::backoff;
  cold().restart_due = now();
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
  counters_.add_on_turn(count_of::restarts);
  ++restarts_;
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
  adoptions_.fetch_or(no_more_adoptions, std::memory_order_acq_rel);
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
  if (adoptions_.load(std::memory_order_relaxed) != no_more_adoptions) return;
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
    bury(message);
  }
  urgent_last_ = nullptr;
  if (cold_) {
    cold_->timers.clear();
    cold_->timer_due.clear();
    for (monitor_record* record = cold_->watching; record;) {
      monitor_record& each = *std::exchange(record, record->next_watched);
      if (!each.link || phase_ == phase::stopped) end_watch(each);  // links are the actor's own
    }
  }
  has_strategy_.store(false, std::memory_order_release);
  if (cold_) cold_->strategy.reset();
  instance_.reset();
}

void actor_cell::close() noexcept {
  phase_ = phase::stopped;  // first: the end of a suspended stopping() must not close again
  drop_instance();
  factory_.reset();
  retain();  // the schedule's own: see end_turn()
  mailbox_.close();
  discard_mailbox();
  publish_tally();
  system_.runs().disarm(alarm_);
  system_.live().remove(*this);
  counters_.add_on_turn(count_of::stopped_by_request + static_cast<std::size_t>(why_stopped_));
  if (cold_) {
    while (monitor_record* record = cold_->watchers) {
      cold_->watchers = record->next_watcher;
      record->next_watcher = record->previous_watcher = nullptr;
      if (cold_->watchers) cold_->watchers->previous_watcher = nullptr;
      record->send_notice(why_stopped_, cold_->linked_cause);
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
  bury_batch();
  std::uint64_t left =
      (mailbox_.word(std::memory_order_acquire) & mailbox::count_mask) - processed_;
  while (left > 0) {
    envelope* message = take();
    if (!message) {
      std::this_thread::yield();
      continue;
    }
    bury(message);
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
  processed_ = 0;  // what the last turn did is in the schedule word already
  why_stopped_ = stop_reason::shut_down;
  phase_ = phase::stopping;
  const bool scheduled = (mailbox_.word(std::memory_order_acquire) & mailbox::active) != 0;
  close();
  if (!scheduled) release();  // what close() took for the schedule
}

// ---- children --------------------------------------------------------------------------------

cell_ptr actor_cell::spawn(const actor_type& type, const spawn_options& options, bool once,
                           std::unique_ptr<actor_factory> factory) {
  // From begin() on the child may run, stop and be released at any time: the reference comes first.
  cell_ptr child(*new actor_cell(system_, this, type, options, once, std::move(factory)));
  child->counters_.add_on_turn(count_of::spawned);
  link_child(*child.get());
  child->begin();
  return child;
}

bool actor_cell::adopt(actor_cell& child) {
  struct adoption final : control_node {
    explicit adoption(actor_cell& cell) : control_node(&take), child(cell) {}
    static void take(control_node* node, actor_cell& parent) noexcept {
      const std::unique_ptr<adoption> self(static_cast<adoption*>(node));
      parent.link_child(*self->child.get());
      parent.adoptions_.fetch_sub(1, std::memory_order_relaxed);
    }
    cell_ptr child;
  };
  child.counters_.add(count_of::spawned);
  auto news = std::make_unique<adoption>(child);
  std::uint32_t under_way = adoptions_.load(std::memory_order_relaxed);
  do {
    if (under_way & no_more_adoptions) return false;
  } while (!adoptions_.compare_exchange_weak(under_way, under_way + 1, std::memory_order_acq_rel,
                                             std::memory_order_relaxed));
  signal(*news.release());  // NOLINT: frees itself
  return true;
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

}  // namespace troupe::detail
