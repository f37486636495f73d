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
#include <troupe/inspect.hpp>
#include <troupe/span.hpp>
#include <troupe/stall.hpp>
#include <troupe/supervision.hpp>
#include <troupe/system.hpp>

#include "dead_letter_office.hpp"
#include "executor.hpp"
#include "live_cells.hpp"
#include "type_counters.hpp"

namespace troupe::detail {

/// For the search for cycles of waiting actors: see wait_graph.cpp.
struct wait_graph {
  std::mutex mutex;
  std::atomic<bool> walking{false};
};

/// Where a system tells what the options asked for.
struct system_reports {
  std::function<void(const failure&, directive)> on_failure{};
  std::function<void(const stall&)> on_stall{};
  span_sink* spans = nullptr;
};

class system_core {
 public:
  /// `runs` starts calling turns at once.
  system_core(std::unique_ptr<executor> runs, system_reports reports);
  ~system_core();
  system_core(const system_core&) = delete;
  system_core& operator=(const system_core&) = delete;

  executor& runs() noexcept { return *executor_; }
  wait_graph& waits() noexcept { return waits_; }
  dead_letter_office& dead_letters() noexcept { return dead_letters_; }
  const dead_letter_office& dead_letters() const noexcept { return dead_letters_; }
  actor_cell& root() noexcept { return *root_.get(); }
  std::uint64_t next_id() noexcept { return next_id_.fetch_add(1, std::memory_order_relaxed); }
  type_counters& counters_of(std::string_view actor_type);
  /// The same, remembered by each thread for the types it has used last.
  type_counters& counters_of(const actor_type& type);
  void report(const failure& cause, directive decision) const noexcept;

  cell_ptr spawn_root(const actor_type& type, const spawn_options& options, bool once,
                      std::unique_ptr<actor_factory> factory);
  bool wait_closed(actor_cell& cell, duration within);
  shutdown_report shutdown(duration within, duration drain_within = duration::zero());
  std::vector<type_statistics> statistics() const;
  std::vector<message_statistics> message_times() const;

  /// Every cell that has not closed. Any thread.
  live_cells& live() noexcept { return live_; }

  span_sink* spans() const noexcept { return reports_.spans; }
  std::uint64_t next_span() noexcept { return next_span_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::uint32_t progress_of(std::uint64_t actor) const;
  void report_stall(const held_worker& which);

  const system_reports reports_;
  std::atomic<std::uint64_t> next_span_{1};
  std::atomic<std::uint64_t> next_id_{1};
  const std::uint64_t serial_;  // of this system among those of the process
  wait_graph waits_;
  mutable std::mutex types_mutex_;
  std::map<std::string_view, type_counters> types_;
  live_cells live_;
  std::unique_ptr<executor> executor_;
  cell_ptr root_;
  dead_letter_office dead_letters_;
  bool shut_down_ = false;
};

}  // namespace troupe::detail
