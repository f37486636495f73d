// info.hpp — what runs where.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::protocol::api {

struct info_request {
  bool operator==(const info_request&) const = default;
};

struct node_info {
  std::string uid;
  std::string name;
  std::string version;
  std::uint32_t num_clients{};
  std::uint32_t num_users{};
  std::uint32_t num_subs{};
  std::uint32_t num_channels{};
  std::uint32_t uptime_s{};
  bool operator==(const node_info&) const = default;
};

struct info_result {
  std::vector<node_info> nodes;
  bool operator==(const info_result&) const = default;
};

}  // namespace troupe::protocol::api
