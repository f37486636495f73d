// simulation: runs a system on one thread, in virtual time, in an order chosen by a seed.
//
//   troupe::sim::simulation world(seed);
//   auto account = world.system().spawn<bank::account>(…);
//   world.run_for(10s);                                   // returns at once: the time is virtual
//
// The actors are the same as in a real program. The same seed and options give the same run: who
// runs next, how streams cut their bytes, what the actors' random sources give. Time moves only
// when no actor is ready. Not thread safe: everything happens on the calling thread, inside the
// calls below.
//
// sim_explore.hpp runs a test under many seeds; sim_node.hpp adds processes that crash; what goes
// wrong by itself is in sim_faults.hpp.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <troupe/clock.hpp>
#include <troupe/io/acceptor.hpp>
#include <troupe/io/byte_stream.hpp>
#include <troupe/ref.hpp>
#include <troupe/sim_choices.hpp>
#include <troupe/sim_faults.hpp>
#include <troupe/sim_network.hpp>
#include <troupe/system.hpp>

namespace troupe::sim {

class executor;
class node;
class world;

/// How the next actor is chosen among those that are ready.
enum class scheduling : std::uint8_t {
  random,  // each is as likely as another
  fifo,    // the one that has been ready longest, and it handles all there is
  /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): the one with the highest
  /// of random priorities, where at priority_depth - 1 places of the run the one that is chosen
  /// falls below all others. Finds what needs a long delay in few places.
  priorities
};

struct options {
  std::uint32_t workers = 2;  // what worker_count() tells the actors; there is one thread
  std::function<void(const failure&, directive)> on_failure{};
  span_sink* spans = nullptr;  // outlives the simulation

  scheduling order = scheduling::random;
  std::uint32_t priority_depth = 3;  // 1..

  /// One actor in four that becomes ready waits up to so long: messages that take their time.
  duration delay_max{};
  /// Blocking work (offload.hpp) takes up to so long. Zero: it is done at once.
  duration offload_max{};

  /// What is written to a connection is under way for up to so long.
  duration latency_max{};

  fault_plan faults{};

  /// Plays these choices, and the first possibility at all other places, in place of the seed's.
  /// What actors draw from their own random sources still comes from the seed.
  std::optional<choice_log> replay{};
  /// A line for each turn: when, who, and who was passed over. Outlives the simulation.
  std::ostream* trace = nullptr;
};

/// Thrown by the run functions when turns_at_once_max turns have run and time has not moved: the
/// actors keep each other busy for ever.
class endless final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class simulation {
 public:
  static constexpr std::uint64_t turns_at_once_max = 1'000'000;

  explicit simulation(std::uint64_t seed, options with = {});
  ~simulation();
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  troupe::system& system() noexcept;
  time_point now() const noexcept;

  /// Runs actors that are ready until none is; time does not move.
  void settle();
  /// Runs `length` of virtual time.
  void run_for(duration length);
  /// Runs until `done` holds after a turn; false when `limit` of virtual time passed first.
  bool run_until(const std::function<bool()>& done, duration limit);

  /// The two ends of an in-memory connection. Each direction holds up to stream_buffer_bytes; reads
  /// give the bytes in pieces whose sizes come from the seed.
  std::pair<io::pending_stream, io::pending_stream> make_stream_pair();
  static constexpr std::size_t stream_buffer_bytes = 64 * 1024;

  /// Connects to an actor that listens on the port in this simulation. Error: connection_lost.
  std::expected<io::pending_stream, io::error> connect(std::uint16_t port);

  troupe::sim::network& network() noexcept { return network_; }

  /// A choice of the test's own, in [0, bound): part of the log, so it is reduced with the others.
  /// 0 should be the plainest.
  std::uint64_t choose(std::uint64_t bound);
  /// The same, but `one_in` times likelier 0 than all others together.
  std::uint64_t choose_rarely(std::uint64_t bound, std::uint64_t one_in);

  /// Faults by hand; see fault_plan for what they do.
  template <class A>
  void fail(const ref<A>& who) {
    inject_failure(who.cell());
  }
  template <class A>
  void pause(const ref<A>& who, duration length) {
    inject_pause(who.cell(), length);
  }
  template <class A>
  void flood(const ref<A>& who, duration length) {
    inject_flood(who.cell(), length);
  }

  /// Turns run so far, and a hash of their order and of what was written to streams: equal for
  /// equal seeds, in every build.
  std::uint64_t turns() const noexcept;
  std::uint64_t trace_hash() const noexcept;
  /// What was chosen so far.
  const choice_log& choices() const noexcept;
  const fault_counts& faults() const noexcept;

 private:
  friend class node;
  void inject_failure(const detail::cell_ptr& who);
  void inject_pause(const detail::cell_ptr& who, duration length);
  void inject_flood(const detail::cell_ptr& who, duration length);

  std::unique_ptr<world> world_;
  sim::network network_;
  std::unique_ptr<node> first_;
};

}  // namespace troupe::sim
