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

#include <troupe/detail/cell.hpp>
#include <troupe/random.hpp>

namespace troupe::detail {

/// One monitor(): three control nodes, of which `notice` becomes the terminated message. Linked
/// from the target (`watchers`) until the notice is sent, and from the watcher (`watching`) until
/// the notice has come or the watcher is gone. Freed by whoever lets go last.
struct monitor_record {
  monitor_record(actor_cell& from, actor_cell& to) noexcept;

  static void add(control_node* node, actor_cell& target) noexcept;
  static void notify(control_node* node, actor_cell& watcher) noexcept;
  static void remove(control_node* node, actor_cell& target) noexcept;

  void send_notice(stop_reason reason) noexcept;
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
  stop_reason why{};

  bool noticed = false;                    // target's: the notice is under way
  bool orphaned = false;                   // watcher's: nobody waits for the notice any more
  monitor_record* next_watcher = nullptr;  // target's list
  monitor_record* previous_watcher = nullptr;
  monitor_record* next_watched = nullptr;  // watcher's list
  monitor_record* previous_watched = nullptr;
};

/// A mailbox that can give up its oldest message: a list behind a lock. Any thread.
struct evicting_queue {
  std::mutex mutex;
  envelope* first = nullptr;
  envelope* last = nullptr;
};

struct timer_entry {
  duration period{};
  std::unique_ptr<timed_message> message;
};

struct cold_state {
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
  std::uint64_t last_wait = 0;
};

}  // namespace troupe::detail
