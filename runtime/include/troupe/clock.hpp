// Time as actors see it. It comes from the system that runs them (real, or virtual under
// simulation), never from the machine directly.
#pragma once

#include <chrono>
#include <cstdint>

namespace troupe {

using duration = std::chrono::nanoseconds;

/// The clock behind time_point. Monotonic; its epoch means nothing, only differences do.
struct monotonic_clock {
  using rep = duration::rep;
  using period = duration::period;
  using duration = troupe::duration;
  using time_point = std::chrono::time_point<monotonic_clock, duration>;
  static constexpr bool is_steady = true;
};

using time_point = monotonic_clock::time_point;

/// Wall-clock time, UTC, milliseconds: for what people and other programs read.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace troupe
