// The part of an actor that outlives its instance: mailbox, schedule state, lifecycle, waits.
// Everything the templates of ref, actor and system need, and nothing else; the rest is in
// runtime/src/actor_cell.cpp. Not for users.
//
// Threads: a cell is run by one worker at a time (its turn). Fields are touched by the turn alone
// unless marked "any thread".
//
// The schedule word (any thread) holds everything that decides who runs the cell next:
//   count   messages reserved in the mailbox: queued, and the one that runs
//   active  the cell is in a run queue or in a turn; who sets it schedules the cell, exactly once
//   signal  the control list has something
//   held    messages must wait (a handler is suspended, a start or a decision is pending)
//   closed  the actor is gone for good: messages are refused with `stopped`; a closed cell that is
//           active is kept alive by a reference that belongs to the schedule
// Only a turn clears `active`, and only by a compare-exchange that saw no work left; so a message
// or a signal that comes in between is never missed, and no two workers ever have the cell.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <troupe/ask_error.hpp>
#include <troupe/clock.hpp>
#include <troupe/detail/allocation.hpp>
#include <troupe/monitor.hpp>
#include <troupe/spawn_options.hpp>
#include <troupe/task.hpp>

namespace troupe {

class actor;

/// What became of a tell. Nothing waits; a refusal is counted, so the status may be ignored.
enum class tell_status : std::uint8_t {
  accepted,       // in the mailbox
  mailbox_full,   // refused: at capacity
  dropped,        // accepted and dropped at once: at capacity, by overflow::drop_newest
  stopped,        // a dead letter: the actor has stopped
  no_such_actor,  // the reference is empty
};

namespace detail {

class actor_cell;
class cell_ptr;
class executor;
class system_core;
struct blocked_send;
struct envelope;
struct actor_type;
struct type_counters;

enum class handler_outcome : std::uint8_t {
  finished,
  suspended,
  expired  // its asker had given up: not handled
};

/// What can be done with a message, by its type and the actor's.
struct envelope_type {
  handler_outcome (*handle)(actor_cell&, envelope*);  // may throw; does not free on throw
  void (*complete)(actor_cell&, envelope*, std::coroutine_handle<>);  // frame done; may throw
  void (*discard)(actor_cell&, envelope*, ask_errc why) noexcept;     // answers an ask, frees
  std::string_view message;
};

struct envelope {
  explicit envelope(const envelope_type& of) noexcept : type(&of) {}
  static void* operator new(std::size_t size) { return allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { release(memory, size); }

  std::atomic<envelope*> next{nullptr};
  const envelope_type* type;
};

/// An entry of a cell's control list: never refused, its memory belongs to what it is part of.
struct control_node {
  explicit control_node(void (*on_turn)(control_node*, actor_cell&) noexcept) noexcept
      : run(on_turn) {}
  control_node* next = nullptr;
  void (*run)(control_node*, actor_cell&) noexcept;
};

/// Tells a parent that a child has closed.
struct exit_node final : control_node {
  explicit exit_node(actor_cell& of) noexcept;
  actor_cell& child;
};

/// Where an answer goes. Reference-counted by hand: an answer may come after the asker has left.
class reply_port {
 public:
  virtual void deliver(control_node& answer) noexcept = 0;  // any thread
  /// Called on the turn of `by` before it delivers: the asker waits for it no more.
  virtual void answered(actor_cell& by) noexcept = 0;
  virtual void retain() noexcept = 0;
  virtual void release() noexcept = 0;

 protected:
  ~reply_port() = default;
};

/// A request on its way out, and the same node on its way back with the answer. It always comes
/// back to the asker, who frees it; so the asker may read the stamps until then.
struct request_envelope : envelope, control_node {
  request_envelope(const envelope_type& of, void (*on_turn)(control_node*, actor_cell&) noexcept,
                   void (*destroy_self)(request_envelope*) noexcept) noexcept
      : envelope(of), control_node(on_turn), destroy(destroy_self) {}

  /// Sends the answer back. After it the node is the asker's.
  void give_back(actor_cell& from) noexcept {
    reply_port* to = asker;
    to->answered(from);
    to->deliver(*this);
    to->release();
  }

  void (*destroy)(request_envelope*) noexcept;
  reply_port* asker = nullptr;  // retained
  std::uint64_t wait_id = 0;
  ask_errc failure{};                          // valid when there is no value
  std::atomic<duration::rep> picked_up_at{0};  // 0: still in the mailbox
  std::atomic<bool> cancelled{false};          // set by an asker who gave up
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

struct actor_factory {
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
  envelope* (*terminated_message)(terminated);  // null: does not handle terminated
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

struct cold_state;
struct evicting_queue;

class actor_cell final : public reply_port {
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
  /// Whether senders wait for room; a hint.
  bool senders_wait() const noexcept { return senders_wait_.load(std::memory_order_relaxed); }
  /// Puts a node on the control list; its `run` is called on a turn.
  void signal(control_node& node) noexcept;
  void deliver(control_node& answer) noexcept override { signal(answer); }
  void answered(actor_cell& by) noexcept override {
    actor_cell* waited_for = &by;
    waiting_for_.compare_exchange_strong(waited_for, nullptr);
  }
  /// Links a cell that was spawned outside any turn; stops it when this actor is stopping.
  void adopt(actor_cell& child);
  /// Makes a cell that has just been linked or adopted run for the first time.
  void begin() noexcept { wake(); }
  /// Calls `listener.run` on a turn once the actor has stopped; at once when it has.
  void on_closed(control_node& listener) noexcept;
  /// Stops the actor after the message it handles; what is queued becomes dead letters.
  void request_stop(stop_reason why) noexcept;
  /// Restarts the actor together with a sibling that failed.
  void request_restart() noexcept;
  /// Wakes the cell so that its turn looks at the time.
  void alarm_rang() noexcept;
  std::uint64_t id() const noexcept { return id_; }
  const actor_type& type() const noexcept { return type_; }
  /// Messages accepted that the figures of the type do not hold yet. Any thread.
  std::uint64_t accepted_unpublished() const noexcept;
  std::uint32_t depth() const noexcept {
    return static_cast<std::uint32_t>(word_.load(std::memory_order_relaxed) & count_mask);
  }
  const std::optional<std::uint32_t>& worker() const noexcept { return options_.worker; }
  system_core& system() const noexcept { return system_; }

  // For the executor ------------------------------------------------------------------------
  enum class turn_result : bool { parked, requeue };
  /// Runs up to a batch of messages. After `parked` the cell must not be touched any more.
  turn_result run_turn() noexcept;
  /// Ends the actor and those below it when no worker runs any more; whatever state it is in.
  void close_forcibly() noexcept;
  actor_cell* next_runnable = nullptr;  // the run queue's link
  actor_cell* next_live = nullptr;      // the system's list of cells that have not closed
  actor_cell* previous_live = nullptr;

  // On a turn -------------------------------------------------------------------------------
  static actor_cell& current() noexcept;  // the cell whose turn this thread runs; asserts
  static actor_cell* current_or_null() noexcept;
  actor& instance() noexcept { return *instance_; }
  time_point now() const noexcept;
  cold_state& cold();
  bool cancelling() const noexcept { return cancelling_; }
  bool restarted() const noexcept { return restarted_; }
  stop_reason stop_cause() const noexcept { return why_stopped_; }

  /// Says that this actor suspends until `target` has answered. When that would close a cycle of
  /// waiting actors, says nothing, and gives their names; else an empty text.
  std::string begin_waiting_for(actor_cell& target);
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
  void monitor(actor_cell& target);
  handler_outcome run_handler(std::coroutine_handle<> frame);
  /// For what a handler started and what threw later, on this actor's turn.
  void fail(std::exception_ptr error, std::string_view message) noexcept;

 private:
  friend struct exit_node;
  friend class system_core;
  friend struct monitor_record;

  enum class phase : std::uint8_t {
    created,   // not constructed yet
    starting,  // started() runs
    running,
    failed,    // has escalated; waits for the supervisor to stop or restart it
    backoff,   // waits to be restarted
    stopping,  // children stop, then stopping() runs
    stopped
  };

  enum class frame_kind : std::uint8_t { handler, started, stopping };

  // The schedule word: count in the low bits, then the flags, then how many messages were ever
  // accepted, modulo 2^36: the same compare-exchange that reserves a place counts it.
  static constexpr std::uint64_t count_mask = mailbox_capacity_max;
  static constexpr std::uint64_t active = 1ULL << 24U;
  static constexpr std::uint64_t signalled = 1ULL << 25U;
  static constexpr std::uint64_t held = 1ULL << 26U;
  static constexpr std::uint64_t closed = 1ULL << 27U;
  static constexpr unsigned accepted_shift = 28;
  static constexpr std::uint64_t one_accepted = 1ULL << accepted_shift;
  static constexpr std::uint32_t batch_max = 64;

  ~actor_cell();
  void destroy() noexcept;
  void wake() noexcept;
  envelope* pop() noexcept;
  tell_status push_to_full(envelope* message) noexcept;
  tell_status push_evicting(envelope* message) noexcept;
  envelope* pop_evicting() noexcept;
  void admit_blocked() noexcept;
  bool has_blocked() const noexcept;
  void run_control() noexcept;
  void run_messages() noexcept;
  void run_envelope(envelope* message) noexcept;
  /// What became of the message that ran.
  enum class outcome : std::uint8_t { handled, failed, expired, dead_lettered };  // of a turn
  void settle(outcome what, std::string_view message) noexcept;
  void publish_tally() noexcept;
  void frame_progressed() noexcept;
  void start_frame(frame_kind kind, std::coroutine_handle<> frame);
  void finish_frame() noexcept;
  void construct() noexcept;
  void decide(failure cause) noexcept;
  void escalate(failure cause) noexcept;
  void begin_restart() noexcept;
  void restart_siblings_of(const actor_cell& failed) noexcept;
  void restart_with_sibling() noexcept;
  void continue_restart() noexcept;
  void begin_stop(stop_reason why) noexcept;
  void continue_stop() noexcept;
  void close() noexcept;
  void link_child(actor_cell& child) noexcept;
  void child_has_stopped(actor_cell& child) noexcept;
  void stop_children() noexcept;
  void end_suspended_handler() noexcept;
  void discard_mailbox() noexcept;
  void drop_instance() noexcept;
  void look_at_the_time() noexcept;
  void arm() noexcept;
  bool messages_held() const noexcept { return phase_ != phase::running || frame_ != nullptr; }
  turn_result end_turn() noexcept;

  // Any thread
  std::atomic<std::uint64_t> word_{0};
  std::atomic<envelope*> tail_;
  std::atomic<control_node*> control_{nullptr};
  std::atomic<std::uint32_t> references_{1};  // the first is the cell's own, given up when stopped
  std::atomic<std::uint8_t> stop_requested_{0};  // stop_reason + 1
  std::atomic<bool> alarm_rang_{false};
  std::atomic<bool> restart_requested_{false};
  std::atomic<actor_cell*> waiting_for_{nullptr};  // see wait_graph.cpp
  std::atomic<bool> senders_wait_{false};

  // The turn's own
  phase phase_ = phase::created;
  bool temporary_;
  bool cancelling_ = false;  // waits complete at once: a suspended handler is being stopped
  bool running_is_urgent_ = false;
  bool restarted_ = false;
  strategy strategy_ = strategy::one_for_one;
  std::uint8_t until_sample_ = 0;  // messages that are not measured before the next that is
  bool runs_stopping_hook_ = false;
  frame_kind frame_kind_ = frame_kind::handler;
  stop_reason why_stopped_{};
  std::uint32_t processed_ = 0;  // of the mailbox, since the turn began
  struct tally {
    std::uint32_t urgent_accepted = 0;
    std::uint32_t by_outcome[4]{};
  } tally_;                                      // since it was published
  std::atomic<std::uint64_t> accepted_seen_{0};  // of the word's field; written by the turn
  envelope* head_;
  envelope stub_;
  envelope* urgent_first_ = nullptr;
  envelope* urgent_last_ = nullptr;
  envelope* running_ = nullptr;              // the message of the suspended handler
  time_point sampled_since_{};               // when it began, where it is measured
  std::coroutine_handle<> frame_ = nullptr;  // its outermost frame
  std::unique_ptr<actor> instance_;
  std::unique_ptr<actor_factory> factory_;
  std::unique_ptr<cold_state> cold_;
  std::unique_ptr<evicting_queue> evicting_;  // in the mailbox's place, for overflow::drop_oldest
  wait* waits_ = nullptr;
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
  const spawn_options options_;
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
