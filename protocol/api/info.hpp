// info.hpp — what runs where.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol::api {

struct info_request {
  bool operator==(const info_request&) const = default;
};

/// What the node has counted.
struct node_metrics {
  std::uint32_t interval_s{};  // over how long
  std::map<std::string, std::uint64_t> items;
  bool operator==(const node_metrics&) const = default;
};

/// What the node costs its machine.
struct node_process {
  std::uint32_t cpu_percent{};  // of one core, on average since the start
  std::uint64_t rss_bytes{};
  bool operator==(const node_process&) const = default;
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
  std::optional<node_metrics> metrics{};
  std::optional<node_process> process{};
  bool operator==(const node_info&) const = default;
};

struct info_result {
  std::vector<node_info> nodes;
  bool operator==(const info_result&) const = default;
};

}  // namespace troupe::protocol::api
