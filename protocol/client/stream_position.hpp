// stream_position.hpp — a place in the history of a channel.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::protocol {

/// Offsets are comparable only within one epoch.
struct stream_position {
  std::uint64_t offset{};
  std::string epoch;

  bool operator==(const stream_position&) const = default;
};

}  // namespace troupe::protocol
