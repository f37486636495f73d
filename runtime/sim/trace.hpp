// What tells two runs apart: a hash of every turn and of every byte that went out, and on demand a
// line for each turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <span>

#include <troupe/clock.hpp>

#include "schedule.hpp"

namespace troupe::sim {

class trace {
 public:
  explicit trace(std::ostream* lines) : lines_(lines) {}

  void turn(time_point now, std::span<const runnable> ready, std::uint64_t chosen,
            std::uint32_t messages_max);
  void fault(time_point now, const char* what, const runnable& whom);
  void wrote(std::span<const std::byte> bytes) noexcept {
    mix(bytes.size());
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), sizeof word);
      mix(word);
    }
    for (const std::byte each : bytes) mix(static_cast<std::uint64_t>(each));
  }
  std::uint64_t hash() const noexcept { return hash_; }

 private:
  void mix(std::uint64_t word) noexcept {
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15U;
    hash_ ^= hash_ >> 32U;
  }

  std::ostream* const lines_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace troupe::sim
