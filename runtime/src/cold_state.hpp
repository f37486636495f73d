// The part of a cell that most actors never need: timers, monitors, restart history. Allocated on
// first use. Belongs to the cell's turn.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <troupe/batch.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/random.hpp>
#include <troupe/supervision.hpp>

namespace troupe::detail {

/// One monitor(), or one direction of a link(): three control nodes, of which `notice` becomes the
/// terminated message. Linked from the target (`watchers`) until the notice is sent, and from the
/// watcher (`watching`) until the notice has come or the watcher is gone. Freed by whoever lets go
/// last.
struct monitor_record {
  monitor_record(actor_cell& from, actor_cell& to, bool as_link) noexcept;

  static void add(control_node* node, actor_cell& target) noexcept;
  static void notify(control_node* node, actor_cell& watcher) noexcept;
  static void remove(control_node* node, actor_cell& target) noexcept;

  void send_notice(stop_reason reason, std::uint64_t first_cause) noexcept;
  void release() noexcept {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  struct adding : control_node {
    explicit adding(monitor_record& of) noexcept : control_node(&monitor_record::add), record(of) {}
    monitor_record& record;
  } add_node{*this};
  struct noticing : control_node {
    explicit noticing(monitor_record& of) noexcept
        : control_node(&monitor_record::notify), record(of) {}
    monitor_record& record;
  } notice_node{*this};
  struct removing : control_node {
    explicit removing(monitor_record& of) noexcept
        : control_node(&monitor_record::remove), record(of) {}
    monitor_record& record;
  } remove_node{*this};

  std::atomic<std::uint32_t> references{1};
  cell_ptr watcher;
  cell_ptr target;
  const bool link;
  stop_reason why{};
  std::uint64_t cause = 0;

  bool noticed = false;                    // target's: the notice is under way
  bool orphaned = false;                   // watcher's: nobody waits for the notice any more
  monitor_record* next_watcher = nullptr;  // target's list
  monitor_record* previous_watcher = nullptr;
  monitor_record* next_watched = nullptr;  // watcher's list
  monitor_record* previous_watched = nullptr;
};

struct stream_table;  // see stream_table.hpp

/// Messages in the order they came. For who holds what guards it.
struct envelope_list {
  void append(envelope* message) noexcept {
    message->next.store(nullptr, std::memory_order_relaxed);
    if (last) {
      last->next.store(message, std::memory_order_relaxed);
    } else {
      first = message;
    }
    last = message;
  }
  /// Null when there is none.
  envelope* take_first() noexcept {
    envelope* message = first;
    if (!message) return nullptr;
    first = message->next.load(std::memory_order_relaxed);
    if (!first) last = nullptr;
    return message;
  }

  envelope* first = nullptr;
  envelope* last = nullptr;
};

/// A mailbox that can give up its oldest message: lists behind a lock. Any thread.
struct evicting_queue {
  std::mutex mutex;
  envelope_list ordinary;
  envelope_list priority;
};

/// What a drain was asked to do.
struct drain_order {
  stop_reason why{};
  time_point until = time_point::max();
};

struct timer_entry {
  duration period{};
  std::unique_ptr<timed_message> message;
  trace_context context;  // that it was set in
};

struct cold_state : pooled {
  explicit cold_state(std::uint64_t seed) noexcept : random(seed) {}

  random_source random;
  std::map<std::pair<time_point, std::uint64_t>, timer_entry> timers;  // by due time, then id
  std::map<std::uint64_t, time_point> timer_due;  // id to its place in `timers`
  std::uint64_t last_timer = 0;
  monitor_record* watchers = nullptr;
  monitor_record* watching = nullptr;
  control_node* close_listeners = nullptr;
  control_node* blocked_first = nullptr;  // of type blocked_send, in the order they came
  control_node* blocked_last = nullptr;
  std::deque<time_point> restarts;  // within the window; at most restarts_max
  std::optional<time_point> restart_due;
  std::optional<drain_order> drain;
  std::unique_ptr<supervision_strategy> strategy;  // for its children; of the instance
  std::deque<time_point> failures;                 // at most child_failure::history_max
  std::unique_ptr<batch_base> batches;             // one for each type that came; few
  envelope* held_back = nullptr;                   // came out of the mailbox, and ended a batch
  std::uint64_t linked_cause = 0;                  // for stop_reason::linked: who failed first
  stream_table* streams = nullptr;  // of the instance; one of the cell's waits, which own it
};

}  // namespace troupe::detail
