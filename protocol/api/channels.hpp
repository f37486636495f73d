// channels.hpp — which channels have subscribers now.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace troupe::protocol::api {

struct channels_request {
  std::string pattern;  // a glob; empty for all
  bool operator==(const channels_request&) const = default;
};

struct channel_info {
  std::uint32_t num_clients{};
  bool operator==(const channel_info&) const = default;
};

struct channels_result {
  std::map<std::string, channel_info> channels;
  bool operator==(const channels_result&) const = default;
};

}  // namespace troupe::protocol::api
