// Who runs next: the policies behind `scheduling`.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <troupe/random.hpp>
#include <troupe/sim.hpp>

#include "choice_source.hpp"

namespace troupe::sim {

/// An actor that is ready, and the node it lives on.
struct runnable {
  detail::actor_cell* cell;
  executor* on;
  std::uint64_t node;  // its number: unlike its address, the same in each run
};

class schedule {
 public:
  schedule(std::uint64_t seed, scheduling how, std::uint32_t depth);

  /// The index of the one that is to run, of those that are ready, longest first. Not empty.
  std::uint64_t pick(std::span<const runnable> ready, choice_source& choices);

 private:
  /// So that actors who keep each other busy do not keep the others from ever running.
  static constexpr std::uint32_t crowded_turns_max = 1000;
  /// The length of a run is not known beforehand: it is guessed to be up to 16 turns times 2^9.
  static constexpr std::uint64_t turns_guess_min = 16;
  static constexpr std::uint64_t turns_guess_doublings = 10;

  using actor = std::pair<std::uint64_t, std::uint64_t>;  // node, id
  std::uint64_t highest(std::span<const runnable> ready);
  std::uint64_t priority_of(const runnable& who);
  void demote(const runnable& who);

  const scheduling how_;
  random_source random_;
  std::map<actor, std::uint64_t> priorities_;
  std::vector<std::uint64_t> demotions_;  // turns, descending: the next is last
  std::uint64_t lowest_ = 1ULL << 62U;    // descending; priorities that are drawn lie above
  std::uint64_t turn_ = 0;
  std::uint32_t crowded_turns_ = 0;  // since somebody was ready alone
};

}  // namespace troupe::sim
