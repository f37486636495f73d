// Figures of one actor type, shared by its actors.
//
// What is counted for each turn must not make two workers write one cache line: each worker has a
// bank of its own, which it alone writes; whoever is no worker of the system shares the first.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "message_times.hpp"

namespace troupe::detail {

enum class count_of : std::uint8_t {
  handled,  // first the outcomes, as in actor_cell::outcome
  failed,
  expired,
  dead_lettered,
  accepted,
  spawned,
  stopped_by_request,  // then the ways to stop, as in stop_reason
  stopped_by_failure,
  shut_down,
  linked,
  restarts,
  dropped,
  mailbox_full,
  refused_stopped,
  stalled,
};
inline constexpr std::size_t count_kinds = 15;

constexpr count_of operator+(count_of first, std::size_t offset) noexcept {
  return static_cast<count_of>(static_cast<std::size_t>(first) + offset);
}

/// Which bank the calling thread writes on an actor's turn: 0, or its worker's index and 1.
inline constinit thread_local std::uint32_t bank_of_thread = 0;

class type_counters {
 public:
  explicit type_counters(std::uint32_t workers) : banks_(workers + 1) {}

  /// Any thread.
  void add(count_of what, std::uint64_t more = 1) noexcept {
    banks_[0].at(what).fetch_add(more, std::memory_order_relaxed);
  }
  /// On a turn of an actor of this system.
  void add_on_turn(count_of what, std::uint64_t more = 1) noexcept {
    if (bank_of_thread == 0) return add(what, more);
    std::atomic<std::uint64_t>& count = banks_[bank_of_thread].at(what);
    count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  /// Any thread. Exact when nothing is counted meanwhile.
  std::uint64_t sum(count_of what) const noexcept {
    std::uint64_t all = 0;
    for (const bank& each : banks_) all += each.at(what).load(std::memory_order_relaxed);
    return all;
  }

  message_times times;

 private:
  struct alignas(128) bank {
    std::atomic<std::uint64_t>& at(count_of what) noexcept {
      return counts[static_cast<std::size_t>(what)];
    }
    const std::atomic<std::uint64_t>& at(count_of what) const noexcept {
      return counts[static_cast<std::size_t>(what)];
    }
    std::array<std::atomic<std::uint64_t>, count_kinds> counts{};
  };
  std::vector<bank> banks_;
};

}  // namespace troupe::detail
