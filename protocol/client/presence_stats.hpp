// presence_stats.hpp — how many are subscribed to a channel now.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::protocol {

struct presence_stats_request {
  std::string channel;
  bool operator==(const presence_stats_request&) const = default;
};

struct presence_stats_result {
  std::uint32_t num_clients{};
  std::uint32_t num_users{};
  bool operator==(const presence_stats_result&) const = default;
};

}  // namespace troupe::protocol
