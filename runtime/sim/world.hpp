// What the nodes of one simulation share: the clock, who is ready, the choices, the network's ports
// and the events that are to come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <troupe/detail/cell.hpp>
#include <troupe/sim.hpp>

#include "choice_source.hpp"
#include "connection.hpp"
#include "schedule.hpp"
#include "trace.hpp"

namespace troupe::sim {

class world {
 public:
  world(std::uint64_t seed, options with);
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  time_point now() const noexcept { return now_; }
  choice_source& choices() noexcept { return choices_; }
  const options& with() const noexcept { return with_; }
  trace& recorded() noexcept { return trace_; }
  std::uint64_t turns() const noexcept { return turns_; }
  fault_counts& faults() noexcept { return faults_; }

  /// Of actors' random sources; no choice, so that it stays when choices are reduced.
  std::uint64_t next_seed() noexcept { return seeds_.next(); }

  void add_node(executor& one);  // gives it its number
  void remove_node(executor& one) noexcept;
  std::span<executor* const> nodes() const noexcept { return nodes_; }

  void make_ready(detail::actor_cell& cell, executor& on);
  /// Takes those of this node, or of this cell, out of the ready ones, in their order.
  std::vector<detail::actor_cell*> take_ready(const executor& on);
  bool take_ready(const executor& on, const detail::actor_cell& cell);

  /// Calls `what` when the time has come, before timers of that time; in the order of the calls.
  void at(time_point due, std::function<void()> what);

  /// Runs one turn of a ready actor; false when none is ready.
  bool step() noexcept;
  enum class run_end : std::uint8_t { done, limit, endless };
  run_end run_until(const std::function<bool()>& done, duration limit);
  /// The same as the callers of a simulation see it.
  bool run_or_throw(const std::function<bool()>& done, duration limit);

  struct listener {
    executor* on;
    io::accept_target target;
  };
  std::map<std::uint16_t, listener>& listeners() noexcept { return listeners_; }
  connection_table& connections() noexcept { return connections_; }
  std::expected<io::pending_stream, io::error> connect(std::uint16_t port);
  std::pair<io::pending_stream, io::pending_stream> make_stream_pair();

 private:
  std::uint32_t messages_of_a_turn();
  /// Moves the time to the next event or timer, at most to `end`; false when none comes before it.
  bool advance(time_point end);

  const options with_;
  choice_source choices_;
  random_source seeds_;
  schedule schedule_;
  trace trace_;
  time_point now_{std::chrono::seconds(1)};  // zero would look like "not set"
  std::vector<executor*> nodes_;
  std::uint64_t nodes_made_ = 0;
  std::vector<runnable> ready_;
  std::map<std::pair<time_point, std::uint64_t>, std::function<void()>> events_;
  std::uint64_t events_made_ = 0;
  std::map<std::uint16_t, listener> listeners_;
  connection_table connections_;
  fault_counts faults_;
  std::uint64_t turns_ = 0;
  std::uint64_t turns_at_once_ = 0;  // since the time moved
};

}  // namespace troupe::sim
