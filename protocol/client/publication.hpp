// publication.hpp — one message of a channel, as subscribers see it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "protocol/client/client_info.hpp"

namespace troupe::protocol {

struct publication {
  std::string data;                 // raw payload
  std::optional<client_info> info;  // only when a client published it
  std::uint64_t offset{};           // 0 when the channel keeps no history
  std::map<std::string, std::string> tags;
  bool delta{};            // `data` is a patch against the previous publication
  std::int64_t time_ms{};  // since the Unix epoch
  std::string channel;     // the concrete channel when the subscription is a wildcard

  bool operator==(const publication&) const = default;
};

}  // namespace troupe::protocol
