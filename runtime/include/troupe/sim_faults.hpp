// sim_faults: what goes wrong in a simulation, besides an unlucky order.
//
//   troupe::sim::simulation world(seed, {.faults = {.throws = 2, .pauses = 3, .within = 10s}});
//
// When each happens, and to whom, is chosen by the seed among the actors that live then. A fault
// whose time comes when there is nobody to hit is not injected and not counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string_view>

#include <troupe/clock.hpp>

namespace troupe::sim {

/// What an actor that is made to fail throws.
class injected_failure final : public std::runtime_error {
 public:
  injected_failure() : std::runtime_error("injected by the simulation") {}
};

/// How many a run gets at most of each.
struct fault_plan {
  /// The handler of the next message throws before it has done anything; one that is suspended
  /// sees its waits cancelled, as when its actor is stopped. The supervisor decides.
  std::uint32_t throws = 0;
  /// The same with std::bad_alloc: as if its first allocation had failed.
  std::uint32_t out_of_memory = 0;
  /// An actor is not run for up to pause_max: its thread was taken away, or its work is slow.
  std::uint32_t pauses = 0;
  /// The same, and its mailbox is filled to its capacity with messages that do nothing.
  std::uint32_t floods = 0;
  /// The wall clock is set, by up to clock_step_max forward or back. Timers do not notice.
  std::uint32_t clock_steps = 0;

  duration within = std::chrono::seconds(10);  // of the beginning, virtual
  duration pause_max = std::chrono::seconds(1);
  duration clock_step_max = std::chrono::minutes(5);
  /// Which actors may be hit, by the name of their type. Empty: all.
  std::function<bool(std::string_view actor_type)> hits{};
};

/// How many there were of each.
struct fault_counts {
  std::uint64_t throws = 0;
  std::uint64_t out_of_memory = 0;
  std::uint64_t pauses = 0;
  std::uint64_t floods = 0;
  std::uint64_t clock_steps = 0;
  std::uint64_t node_pauses = 0;
  std::uint64_t crashes = 0;

  std::uint64_t all() const noexcept {
    return throws + out_of_memory + pauses + floods + clock_steps + node_pauses + crashes;
  }
  fault_counts& operator+=(const fault_counts& more) noexcept;
};

}  // namespace troupe::sim
