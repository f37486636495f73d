// Vector clocks: what of each thread is known to have happened.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::model {

/// Thread 0 sets a case up and looks at its end; the others run in between.
using thread_id = std::uint8_t;
inline constexpr std::size_t threads_max = 8;

/// A set of threads, a bit each.
using thread_set = std::uint32_t;
constexpr thread_set only(thread_id thread) noexcept {
  return thread_set{1} << thread;
}
constexpr bool contains(thread_set set, thread_id thread) noexcept {
  return (set & only(thread)) != 0;
}

/// Operations of one thread, counted from 1.
using instant = std::uint16_t;

struct vector_clock {
  std::array<instant, threads_max> of{};

  void join(const vector_clock& other) noexcept {
    for (std::size_t i = 0; i < threads_max; ++i) of[i] = std::max(of[i], other.of[i]);
  }
  /// That operation of that thread comes before whoever has this clock.
  bool covers(thread_id thread, instant at) const noexcept { return at <= of[thread]; }
};

}  // namespace troupe::model
