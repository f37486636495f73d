// node: one process of several in a simulation, that can be paused, crash, and start again.
//
//   troupe::sim::simulation world(seed);
//   std::optional<troupe::sim::node> server(std::in_place, world);
//   auto store = server->system().spawn<key_value_store>(std::ref(disk));
//   world.run_for(10s);
//   server->crash();             // nothing of it runs any more; what it wrote is what `disk` holds
//   server.emplace(world);
//
// Nodes share the simulation's clock, choices and network, and nothing else: actors of one reach
// those of another through connections. The system of the simulation itself is a node like others;
// tests put there what must not crash.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>

#include <troupe/clock.hpp>
#include <troupe/io/byte_stream.hpp>
#include <troupe/sim.hpp>
#include <troupe/system.hpp>

namespace troupe::sim {

struct node_options {
  std::uint32_t workers = 2;  // what worker_count() tells the actors
  std::function<void(const failure&, directive)> on_failure{};
  span_sink* spans = nullptr;  // outlives the node
};

class node {
 public:
  /// The simulation outlives it.
  explicit node(simulation& in, node_options with = {});
  /// An orderly shutdown, unless it has crashed.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  troupe::system& system() noexcept { return system_; }

  /// The process is killed between two turns: its actors handle nothing more and run no hook, its
  /// connections end, messages to its actors are refused. Suspended handlers see their waits
  /// cancelled, as when they are stopped, but reach nobody. Blocking work that was under way is
  /// done: cut a simulated disk off first. Called between runs, not on a turn.
  void crash();
  bool crashed() const noexcept;

  /// Nothing of it runs for so long, not even its timers: SIGSTOP, a virtual machine that moves.
  void pause(duration length);
  /// Its wall clock is ahead of the simulation's by so much, or behind; its timers do not notice.
  void set_clock_ahead(duration by);

  /// Connects to an actor that listens on the port, of whichever node. Error: connection_lost.
  std::expected<io::pending_stream, io::error> connect(std::uint16_t port);

 private:
  friend class simulation;
  node(world& in, node_options with);

  world& world_;
  executor* executor_;  // the system's
  troupe::system system_;
};

}  // namespace troupe::sim
