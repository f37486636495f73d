// history.hpp — publications a channel still keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/client/publication.hpp"
#include "protocol/client/stream_position.hpp"

namespace troupe::protocol {

struct history_request {
  std::string channel;
  std::int32_t limit{};                  // 0 asks for the position only, -1 for everything
  std::optional<stream_position> since;  // exclusive
  bool reverse{};                        // newest first

  bool operator==(const history_request&) const = default;
};

struct history_result {
  std::vector<publication> publications;
  std::string epoch;
  std::uint64_t offset{};  // of the newest publication ever, kept or not

  bool operator==(const history_result&) const = default;
};

}  // namespace troupe::protocol
