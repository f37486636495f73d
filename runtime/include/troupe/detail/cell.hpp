// The part of an actor that outlives its instance: mailbox, schedule state, lifecycle, waits.
// Everything the templates of ref, actor and system need, and nothing else; the rest is in
// runtime/src/actor_cell.cpp. Not for users.
//
// Threads: a cell is run by one worker at a time (its turn). Fields are touched by the turn alone
// unless marked "any thread". Who runs it next, and that nobody else does, is decided by the
// schedule word of its mailbox, see mailbox.hpp.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <troupe/ask_error.hpp>
#include <troupe/clock.hpp>
#include <troupe/detail/allocation.hpp>
#include <troupe/detail/envelope.hpp>
#include <troupe/detail/mailbox.hpp>
#include <troupe/detail/shown.hpp>
#include <troupe/detail/trace.hpp>
#include <troupe/monitor.hpp>
#include <troupe/spawn_options.hpp>
#include <troupe/task.hpp>

namespace troupe {

class actor;
struct actor_status;

namespace detail {

class actor_cell;
class cell_ptr;
class executor;
class system_core;
struct blocked_send;
struct envelope;
struct actor_type;
class type_counters;

/// Tells a parent that a child has closed.
struct exit_node final : control_node {
  explicit exit_node(actor_cell& of) noexcept;
  actor_cell& child;
};

/// One thing a turn waits for: an answer or a point in time. Lives in the awaiting frame, or on the
/// heap when the answer is to become a message.
struct wait {
  enum class end : std::uint8_t { answered, timed_out, cancelled };

  wait* next = nullptr;
  wait* previous = nullptr;
  std::uint64_t id = 0;
  time_point deadline = time_point::max();
  request_envelope* asked = nullptr;  // null for a sleep
  /// Called on the turn after the wait has been taken off the list. `answer` is set for `answered`.
  void (*complete)(wait&, actor_cell&, end, request_envelope* answer) noexcept = nullptr;
  /// Frees a wait that no frame holds, without completing it. Null: it lives in a frame.
  void (*discard)(wait&) noexcept = nullptr;
};

struct actor_factory : pooled {
  virtual ~actor_factory() = default;
  virtual std::unique_ptr<actor> make() = 0;
};

/// The hooks of an actor type; a null entry is a hook the type does not have.
struct actor_type {
  std::string_view name;
  std::coroutine_handle<> (*start)(actor&);       // task<expected<void, start_error>>
  void (*finish_start)(std::coroutine_handle<>);  // takes the result; throws on failure
  std::coroutine_handle<> (*stop)(actor&);        // task<>
  void (*finish_stop)(std::coroutine_handle<>);   // takes the result; may throw
  void (*turn_ended)(actor&);
  envelope* (*terminated_message)(terminated);    // null: does not handle terminated
  envelope* (*link_broken_message)(link_broken);  // null: stops with those it is linked to
};

/// A cell's entry in a timer queue: wakes it up no later than the time it is armed for.
struct alarm {
  explicit alarm(actor_cell& of) noexcept : owner(of) {}
  actor_cell& owner;
  time_point due = time_point::max();
  std::atomic<void*> queue{nullptr};  // the queue it is in; under that queue's lock
  std::size_t position = 0;           // its place there; likewise
};

/// What a timer sends: asked once, or once a period.
struct timed_message {
  virtual ~timed_message() = default;
  virtual envelope* make() = 0;
};

struct batch_base;
struct cold_state;
struct evicting_queue;
struct judgement;
struct link_request;
struct monitor_record;
struct traced;

/// A worker's time, read now and then: see worker.hpp.
using coarse_clock = shown<duration::rep>;

class actor_cell final : public reply_port, public pooled {
 public:
  actor_cell(system_core& system, actor_cell* parent, const actor_type& type,
             const spawn_options& options, bool temporary, std::unique_ptr<actor_factory> factory);
  actor_cell(const actor_cell&) = delete;
  actor_cell& operator=(const actor_cell&) = delete;

  // Any thread ------------------------------------------------------------------------------
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }
  /// Takes the envelope when accepted or dropped; else it stays the caller's.
  tell_status push(envelope* message) noexcept;
  /// Whether who waits for room is to wait behind others; a hint.
  bool must_queue() const noexcept;
  /// Puts a node on the control list; its `run` is called on a turn.
  void signal(control_node& node) noexcept;
  void deliver(control_node& answer, actor_cell& by) noexcept override;
  /// This actor waits for `by` no more. On the turn of `by`, before its answer leaves.
  void answered(actor_cell& by) noexcept {
    actor_cell* waited_for = &by;
    waiting_for_.compare_exchange_strong(waited_for, nullptr);
  }
  /// Links a cell that was spawned outside any turn, and has not begun. False when this actor is
  /// stopping: the child is to be stopped before it begins. So who has stopped has no child.
  bool adopt(actor_cell& child);
  /// Makes a cell that has just been linked or adopted run for the first time.
  void begin() noexcept { wake(); }
  /// Calls `listener.run` on a turn once the actor has stopped; at once when it has.
  void on_closed(control_node& listener) noexcept;
  /// Stops the actor after the message it handles; what is queued becomes dead letters.
  void request_stop(stop_reason why) noexcept;
  /// Stops the actor once it has handled what it has accepted, or when the time has come. From now
  /// on messages are refused as if it had stopped.
  void request_drain(stop_reason why, duration within) noexcept;
  void request_drain_until(stop_reason why, time_point until) noexcept;
  /// Restarts the actor together with a sibling that failed.
  void request_restart() noexcept;
  /// Wakes the cell so that its turn looks at the time.
  void alarm_rang() noexcept;
  std::uint64_t id() const noexcept { return id_; }
  const actor_cell* parent() const noexcept { return parent_; }
  const actor_type& type() const noexcept { return type_; }
  /// Stopped for good.
  bool gone() const noexcept { return (mailbox_.word() & mailbox::closed) != 0; }
  /// What inspect() tells; the cell has not closed.
  actor_status status(time_point now) const;
  /// Changes when a message of this turn has ended; for the watchdog.
  std::uint32_t progress() const noexcept;
  /// Messages that the figures of the type do not hold yet. Any thread.
  std::uint64_t accepted_unpublished() const noexcept;
  std::uint64_t handled_unpublished() const noexcept { return tally_.by_outcome[0]; }
  std::uint32_t depth() const noexcept { return mailbox_.depth(); }
  std::uint32_t capacity() const noexcept { return options_.mailbox_capacity; }
  bool pinned() const noexcept { return pinned_; }
  const std::optional<std::uint32_t>& worker() const noexcept { return options_.worker; }
  system_core& system() const noexcept { return system_; }

  // For the executor ------------------------------------------------------------------------
  enum class turn_result : bool { parked, requeue };
  static constexpr std::uint32_t batch_max = 64;
  /// Runs up to `messages_max` messages. After `parked` the cell must not be touched any more.
  turn_result run_turn(const coarse_clock& clock, std::uint32_t messages_max = batch_max) noexcept;
  /// Has the suspended handler fail with this error, or else the next message, unhandled; false
  /// when it has neither. On a turn; for the simulation's faults.
  bool fail_now(std::exception_ptr error) noexcept;
  /// Ends the actor and those below it when no worker runs any more; whatever state it is in.
  void close_forcibly() noexcept;
  actor_cell* next_runnable = nullptr;  // the run queue's link

  // On a turn, or before another thread knows the cell: as on_closed(). The first is called first.
  void add_close_listener(control_node& listener);

  // On a turn -------------------------------------------------------------------------------
  static actor_cell& current() noexcept;  // the cell whose turn this thread runs; asserts
  static actor_cell* current_or_null() noexcept;
  actor& instance() noexcept { return *instance_; }
  time_point now() const noexcept;
  /// The time within about 10 ms, at no cost: see executor::about_now().
  time_point about_now() const noexcept;
  /// The time itself: later than now() where messages of this turn have taken their time.
  time_point stamp() const noexcept;
  /// From when an ask of this length counts: the time itself, or about_now() where that makes less
  /// than a hundredth.
  time_point begin_of_wait(duration within) const noexcept {
    return within < coarse_wait_min ? stamp() : about_now();
  }
  cold_state& cold();
  bool cancelling() const noexcept { return cancelling_; }
  bool restarted() const noexcept { return restarts_ > 0; }
  stop_reason stop_cause() const noexcept { return why_stopped_; }

  /// Says that this actor suspends until `target` has answered. When that would close a cycle of
  /// waiting actors, says nothing, and gives their names; else an empty text.
  std::string begin_waiting_for(actor_cell& target) {
    waiting_for_.store(&target);
    if (&target != this && !target.waiting_for_.load()) return {};
    return find_cycle(target);
  }
  /// The target may be let go of after it.
  void end_waiting_for() noexcept;

  void begin_wait(wait& pending);
  /// Ends a wait whose request never left.
  void abandon_wait(wait& pending) noexcept;
  void add_blocked(blocked_send& waiting) noexcept;
  /// Takes the wait of this id off the list; null when it has ended.
  wait* take_wait(std::uint64_t id) noexcept;
  /// Takes a request's answer in: completes the wait it belongs to, frees the node.
  void answer_arrived(request_envelope& answer) noexcept;
  void resume(std::coroutine_handle<> frame) noexcept;
  /// Queues a message of the actor to itself: before the mailbox, outside its capacity.
  void push_urgent(envelope* message) noexcept;

  std::uint64_t start_timer(duration delay, duration period,
                            std::unique_ptr<timed_message> message);
  bool cancel_timer(std::uint64_t timer) noexcept;

  cell_ptr spawn(const actor_type& type, const spawn_options& options, bool temporary,
                 std::unique_ptr<actor_factory> factory);
  void supervise_children(strategy how) noexcept { strategy_ = how; }
  void supervise_children(std::unique_ptr<supervision_strategy> how);
  void monitor(actor_cell& target);
  void link(actor_cell& target);
  void unlink(actor_cell& target) noexcept;
  handler_outcome run_handler(std::coroutine_handle<> frame);
  /// The batch that collects messages of this type; null before the first.
  batch_base* find_batch(const envelope_type& items) noexcept;
  batch_base& keep_batch(std::unique_ptr<batch_base> made);
  /// The message that runs has joined the batch.
  void joined(batch_base& batch) noexcept;
  /// The batch has run: its messages are handled, or have failed.
  void end_batch(batch_base& batch, bool handled) noexcept;
  /// For what a handler started and what threw later, on this actor's turn.
  void fail(std::exception_ptr error, std::string_view message) noexcept;

 private:
  friend struct exit_node;
  friend class system_core;
  friend struct monitor_record;
  friend struct judgement;
  friend struct link_request;
  friend struct traced;

  enum class phase : std::uint8_t {
    created,   // not constructed yet
    starting,  // started() runs
    running,
    failed,    // waits for the supervisor to decide
    backoff,   // waits to be restarted
    stopping,  // children stop, then stopping() runs
    stopped
  };

  enum class frame_kind : std::uint8_t { handler, started, stopping };

  using mailbox = basic_mailbox<envelope, control_node>;
  static_assert(mailbox_capacity_max <= mailbox::count_mask);
  // So few that the counts of a cell do not overflow before they are published.
  static constexpr std::uint32_t unpublished_max = 1U << 20U;
  static constexpr std::uint32_t no_more_adoptions = 1U << 31U;

  // What inspect() tells of an actor that handles no message, but runs a hook.
  static constexpr envelope_type constructor_hook{nullptr, nullptr, nullptr, "constructor"};
  static constexpr envelope_type started_hook{nullptr, nullptr, nullptr, "started"};
  static constexpr envelope_type stopping_hook{nullptr, nullptr, nullptr, "stopping"};

  static constexpr duration coarse_wait_min = std::chrono::seconds(1);

  ~actor_cell();
  void destroy() noexcept;
  std::string find_cycle(actor_cell& target);
  void wake() noexcept;
  void schedule(mailbox::woken how) noexcept;
  envelope* next_message() noexcept;
  envelope* take() noexcept;
  envelope* take_with_priority() noexcept;
  tell_status push_untraced(envelope* message) noexcept;
  tell_status push_traced(envelope* message) noexcept;
  tell_status push_to_full(envelope* message) noexcept;
  tell_status push_evicting(envelope* message) noexcept;
  envelope* pop_evicting() noexcept;
  void admit_blocked() noexcept;
  void run_control() noexcept;
  void run_messages(const coarse_clock& clock, std::uint32_t messages_max) noexcept;
  void handle_message(envelope* message) noexcept;
  void run_envelope(envelope* message) noexcept;
  bool ends_batch(const envelope* message, bool from_mailbox) const noexcept;
  bool batch_is_due() const noexcept;
  void run_batch() noexcept;
  void bury_batch() noexcept;
  /// What became of the message that ran.
  enum class outcome : std::uint8_t { handled, failed, expired, dead_lettered };  // of a turn
  void settle(outcome what) noexcept;
  void record_sample() noexcept;
  std::string_view running_name() const noexcept {
    const envelope_type* type = current_;
    return type->message;
  }
  const trace_context* running_context() const noexcept;
  void publish_tally() noexcept;
  void publish_rare_outcomes() noexcept;
  void publish_when_due() noexcept;
  void frame_progressed() noexcept;
  void begin_hook(const envelope_type& hook) noexcept;
  void start_frame(frame_kind kind, std::coroutine_handle<> frame);
  void finish_frame() noexcept;
  void construct() noexcept;
  void decide(failure cause) noexcept;
  void carry_out(directive decision, failure cause) noexcept;
  void ask_supervisor(failure cause) noexcept;
  directive judge(actor_cell& failed, const failure& cause,
                  std::span<const time_point> history) noexcept;
  void sentence(directive decision, failure cause) noexcept;
  void escalate(failure cause) noexcept;
  void begin_restart() noexcept;
  void restart_siblings_of(const actor_cell& failed) noexcept;
  void restart_with_sibling() noexcept;
  void continue_restart() noexcept;
  void begin_stop(stop_reason why) noexcept;
  void continue_stop() noexcept;
  void watch(actor_cell& target, bool as_link);
  monitor_record* link_to(const actor_cell& target) const noexcept;
  void forget(monitor_record& watching) noexcept;
  void end_watch(monitor_record& watching) noexcept;
  void link_is_broken(const link_broken& how) noexcept;
  void drain(stop_reason why, time_point until) noexcept;
  bool drained() const noexcept;
  void begin_drained_stop() noexcept;
  void close() noexcept;
  void link_child(actor_cell& child) noexcept;
  void child_has_stopped(actor_cell& child) noexcept;
  void stop_children() noexcept;
  void end_suspended_handler() noexcept;
  void discard_mailbox() noexcept;
  tell_status refuse_stopped(const envelope& message) noexcept;
  void bury(envelope* message) noexcept;
  void drop_instance() noexcept;
  void look_at_the_time() noexcept;
  void arm() noexcept;
  bool messages_held() const noexcept { return phase_ != phase::running || frame_ != nullptr; }
  turn_result end_turn(const coarse_clock& clock) noexcept;

  // Any thread
  mailbox mailbox_;
  const std::uint32_t capacity_;  // 0: every message goes the long way, to the evicting queue
  const std::uint8_t turn_max_;   // messages: half the capacity, so that senders see room
  const bool pinned_;
  std::atomic<std::uint32_t> references_{1};  // the first is the cell's own, given up when stopped
  std::atomic<std::uint8_t> stop_requested_{0};  // stop_reason + 1
  std::atomic<bool> alarm_rang_{false};
  std::atomic<bool> restart_requested_{false};
  std::atomic<actor_cell*> waiting_for_{nullptr};  // see wait_graph.cpp
  std::atomic<bool> senders_wait_{false};
  std::atomic<bool> has_strategy_{false};    // of its own, for its children
  std::atomic<std::uint32_t> adoptions_{0};  // under way; no_more_adoptions once it is stopping

  // The turn's own
  shown<phase> phase_{phase::created};
  shown<bool> in_turn_{false};
  bool temporary_;
  bool cancelling_ = false;  // waits complete at once: a suspended handler is being stopped
  bool running_is_urgent_ = false;
  phase failed_in_ = phase::created;  // while the supervisor decides: to resume in
  std::uint8_t priority_in_a_row_ = 0;
  strategy strategy_ = strategy::one_for_one;
  std::uint8_t until_sample_ = 0;  // messages that are not measured before the next that is
  bool runs_stopping_hook_ = false;
  frame_kind frame_kind_ = frame_kind::handler;
  stop_reason why_stopped_{};
  std::uint32_t processed_ = 0;  // of the mailbox, since the turn began
  struct tally {
    shown<std::uint32_t> urgent_accepted;
    shown<std::uint32_t> by_outcome[4];
    bool rare = false;  // an outcome but handled

    void add(outcome what, std::uint32_t count = 1) noexcept {
      by_outcome[static_cast<std::size_t>(what)] += count;
      rare |= what != outcome::handled;
    }
  } tally_;                                      // not in the figures of the type yet
  std::atomic<std::uint64_t> accepted_seen_{0};  // of the word's field; written by the turn

  // Written by the turn for inspect()
  shown<const envelope_type*> current_{nullptr};  // what runs or is suspended, message or hook
  shown<std::uint64_t> correlation_{0};           // of it
  shown<duration::rep> current_since_{0};
  shown<duration::rep> active_at_{0};         // the end of its last turn; 0: has had none
  shown<std::uint64_t> processed_before_{0};  // messages, without those of the tally
  shown<std::uint32_t> failed_before_{0};
  shown<std::uint32_t> restarts_{0};

  envelope* priority_first_ = nullptr;  // what was taken from the priority lane, oldest first
  envelope* urgent_first_ = nullptr;
  envelope* urgent_last_ = nullptr;
  batch_base* open_batch_ = nullptr;         // collects messages
  envelope* running_ = nullptr;              // the message of the handler that runs or is suspended
  time_point sampled_since_{};               // when it began, where it is measured
  std::coroutine_handle<> frame_ = nullptr;  // its outermost frame
  std::unique_ptr<actor> instance_;
  std::unique_ptr<actor_factory> factory_;
  std::unique_ptr<cold_state> cold_;
  std::unique_ptr<evicting_queue> evicting_;  // in the mailbox's place, for overflow::drop_oldest
  wait* waits_ = nullptr;
  std::uint64_t last_wait_ = 0;
  actor_cell* parent_;
  actor_cell* first_child_ = nullptr;
  actor_cell* next_sibling_ = nullptr;
  actor_cell* previous_sibling_ = nullptr;
  exit_node exit_;
  alarm alarm_;

  system_core& system_;
  const actor_type& type_;
  type_counters& counters_;
  const std::uint64_t id_;
  const spawn_options& options_;  // the default ones, or a copy of its own
};

/// A counted reference to a cell.
class cell_ptr {
 public:
  cell_ptr() noexcept = default;
  explicit cell_ptr(actor_cell& cell) noexcept : cell_(&cell) { cell.retain(); }
  cell_ptr(const cell_ptr& other) noexcept : cell_(other.cell_) {
    if (cell_) cell_->retain();
  }
  cell_ptr(cell_ptr&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  cell_ptr& operator=(cell_ptr other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~cell_ptr() {
    if (cell_) cell_->release();
  }
  actor_cell* get() const noexcept { return cell_; }
  actor_cell* operator->() const noexcept { return cell_; }
  explicit operator bool() const noexcept { return cell_ != nullptr; }

 private:
  actor_cell* cell_ = nullptr;
};

}  // namespace detail
}  // namespace troupe
