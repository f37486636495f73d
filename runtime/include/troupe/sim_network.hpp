// network: what happens to the connections of a simulation.
//
//   world.network().stall(0, troupe::sim::direction::there, 5s);
//
// Connections are counted by age: 0 is the oldest that is open. Bytes that are held back come later
// and in their order, as a network that loses packets looks to those who use TCP; a connection that
// is cut has lost what was under way. Called between runs, not on a turn.
#pragma once

#include <cstddef>
#include <cstdint>

#include <troupe/clock.hpp>

namespace troupe::sim {

class world;

enum class direction : std::uint8_t {
  there,  // from who connected to who listened
  back,
  both
};

struct network_counts {
  std::uint64_t cuts = 0;
  std::uint64_t stalls = 0;
  std::uint64_t partitions = 0;

  std::uint64_t all() const noexcept { return cuts + stalls + partitions; }
};

class network {
 public:
  explicit network(world& in) noexcept : world_(in) {}

  /// Open at both ends.
  std::size_t connections() const;

  /// Both ends lose the connection: what they do with it next fails with connection_lost. Ignored
  /// when there are not so many.
  void cut(std::size_t which);
  /// What is sent in that direction does not arrive for so long.
  void stall(std::size_t which, direction to, duration length);
  /// Stalls every connection, and no new one is made for so long; one way or both.
  void partition(direction to, duration length);

  const network_counts& counts() const noexcept;

 private:
  world& world_;
};

}  // namespace troupe::sim
