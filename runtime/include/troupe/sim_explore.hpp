// explore: runs a test of actors under many seeds, and reduces the first run that fails.
//
//   TEST(bank, keeps_the_sum) {
//     const auto found = troupe::sim::explore({.seeds = 200}, [](troupe::sim::simulation& world) {
//       auto bank = world.system().spawn<bank>();
//       …
//       world.run_for(10s);
//       troupe::sim::require(sum == 100, "the sum is kept");
//     });
//     EXPECT_TRUE(found) << found;
//   }
//
// Each seed gets a world of its own. A run fails when its body throws, which is what require()
// does, so any test framework will do. The choices of a failing run are then reduced: what is
// printed is a run with the same claim broken that takes the plainest possibility nearly
// everywhere, its last turns, and the command that plays it again.
//
// The environment overrides the options, for every explore() of the program:
//   TROUPE_SIM_SEED=7       this seed alone
//   TROUPE_SIM_REPLAY=3:1   this log of choices (sim_choices.hpp), with the seed of TROUPE_SIM_SEED
//   TROUPE_SIM_SEEDS=5000   so many seeds
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>

#include <troupe/clock.hpp>
#include <troupe/sim.hpp>

namespace troupe::sim {

/// What require() throws.
class violation final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `claim` tells bugs apart: say the same of the same bug, without figures of the run.
inline void require(bool holds, const char* claim) {
  if (!holds) throw violation(claim);
}

struct explore_options {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 100;
  /// Unset: half of the seeds take random, the others priorities.
  std::optional<scheduling> order{};
  /// Of every world; its order, replay and trace are explore()'s own business.
  options world{};
  /// How many runs may be spent on reducing. 0: a failing run is shown as it was found.
  std::uint32_t reduce_runs_max = 500;
};

/// A run that failed.
struct counterexample {
  std::uint64_t seed = 0;
  std::string claim;   // the text of what was thrown
  choice_log found;    // as the seed gave it
  choice_log reduced;  // what is left of it; fails with the same claim
  std::uint32_t reduce_runs = 0;
  std::string last_turns;  // of the reduced run, a line each
  std::string command;     // for a shell: plays the reduced run again
};

struct exploration {
  std::uint64_t seeds_run = 0;
  std::uint64_t turns = 0;
  duration virtual_time{};
  fault_counts faults;
  std::optional<counterexample> failed;

  /// No run failed.
  explicit operator bool() const noexcept { return !failed; }
};
std::ostream& operator<<(std::ostream& to, const exploration& result);

/// Stops at the first seed that fails.
exploration explore(const explore_options& with, const std::function<void(simulation&)>& body);

}  // namespace troupe::sim
