// simulation: runs a system on one thread, in virtual time, in an order chosen by a seed.
//
//   troupe::sim::simulation world(seed);
//   auto account = world.system().spawn<bank::account>(…);
//   world.run_for(10s);                                   // returns at once: the time is virtual
//
// The actors are the same as in a real program. The same seed gives the same run: who runs next,
// how streams cut their bytes, what the actors' random sources give. Time moves only when no actor
// is ready. Not thread safe: everything happens on the calling thread, inside the calls below.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <utility>

#include <troupe/clock.hpp>
#include <troupe/io/acceptor.hpp>
#include <troupe/io/byte_stream.hpp>
#include <troupe/system.hpp>

namespace troupe::sim {

class executor;

struct options {
  std::uint32_t workers = 2;  // what worker_count() tells the actors; there is one thread
  std::function<void(const failure&, directive)> on_failure{};
  span_sink* spans = nullptr;  // outlives the simulation
};

class simulation {
 public:
  explicit simulation(std::uint64_t seed, options with = {});
  ~simulation();
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  troupe::system& system() noexcept { return system_; }
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

  /// Turns run so far, and a hash of their order: equal for equal seeds.
  std::uint64_t turns() const noexcept;
  std::uint64_t trace_hash() const noexcept;

 private:
  executor* executor_;  // the system's
  troupe::system system_;
};

}  // namespace troupe::sim
