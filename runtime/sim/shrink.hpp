// Reducing a log of choices to what a failure needs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <troupe/sim_choices.hpp>

namespace troupe::sim {

struct reduction {
  choice_log log;  // fails; the one given, when nothing smaller was found to
  std::uint32_t runs = 0;
};

/// Plays a log; gives the one that the run took, if it failed: it may have ended sooner, or had
/// fewer possibilities.
using replay = std::function<std::optional<choice_log>(const choice_log&)>;

/// Leaves out runs of choices, halves of the log first and single ones last, then lowers what is
/// left, for as long as something helps and at most `runs_max` times. Delta debugging: Zeller and
/// Hildebrandt, 2002.
reduction reduce(choice_log failing, std::uint32_t runs_max, const replay& fails);

}  // namespace troupe::sim
