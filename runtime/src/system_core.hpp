// system_core: what the cells of one system share: executor, root, figures.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <troupe/detail/cell.hpp>
#include <troupe/supervision.hpp>
#include <troupe/system.hpp>

#include "executor.hpp"
#include "message_times.hpp"

namespace troupe::detail {

/// Figures of one actor type; shared by its actors.
struct type_counters {
  std::atomic<std::uint64_t> spawned{0};
  std::atomic<std::uint64_t> stopped[3]{};  // by stop_reason
  std::atomic<std::uint64_t> restarts{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> outcomes[4]{};  // by actor_cell::outcome
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<std::uint64_t> mailbox_full{0};
  std::atomic<std::uint64_t> refused_stopped{0};
  message_times times;
};

/// For the search for cycles of waiting actors: see wait_graph.cpp.
struct wait_graph {
  std::mutex mutex;
  std::atomic<bool> walking{false};
};

class system_core {
 public:
  /// `runs` starts calling turns at once.
  system_core(std::unique_ptr<executor> runs,
              std::function<void(const failure&, directive)> on_failure);
  ~system_core();
  system_core(const system_core&) = delete;
  system_core& operator=(const system_core&) = delete;

  executor& runs() noexcept { return *executor_; }
  wait_graph& waits() noexcept { return waits_; }
  actor_cell& root() noexcept { return *root_.get(); }
  std::uint64_t next_id() noexcept { return next_id_.fetch_add(1, std::memory_order_relaxed); }
  type_counters& counters_of(std::string_view actor_type);
  void report(const failure& cause, directive decision) const noexcept;

  cell_ptr spawn_root(const actor_type& type, const spawn_options& options, bool once,
                      std::unique_ptr<actor_factory> factory);
  bool wait_closed(actor_cell& cell, duration within);
  shutdown_report shutdown(duration within);
  std::vector<type_statistics> statistics() const;
  std::vector<message_statistics> message_times() const;

  /// Every cell that has not closed is on a list, for figures that no counter holds. Any thread.
  void enlist(actor_cell& cell) noexcept;
  void delist(actor_cell& cell) noexcept;

 private:
  static constexpr std::size_t shard_count = 16;
  struct live_cells {
    std::mutex mutex;
    actor_cell* first = nullptr;
  };

  std::function<void(const failure&, directive)> on_failure_;
  std::atomic<std::uint64_t> next_id_{1};
  wait_graph waits_;
  mutable std::mutex types_mutex_;
  std::map<std::string_view, type_counters> types_;
  mutable live_cells live_[shard_count];
  std::unique_ptr<executor> executor_;
  cell_ptr root_;
  bool shut_down_ = false;
};

}  // namespace troupe::detail
