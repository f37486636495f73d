// subscribe.hpp — begin to receive a channel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/client/filter_node.hpp"
#include "protocol/client/publication.hpp"

namespace troupe::protocol {

/// Bits of subscribe_request::flag.
namespace subscribe_flags {
inline constexpr std::uint64_t channel_compaction = 1;  // pushes may carry a number instead
inline constexpr std::uint64_t reject_unrecovered = 2;  // error 112 instead of recovered=false
}  // namespace subscribe_flags

struct subscribe_request {
  std::string channel;  // empty in connect_request::subs, whose key it is
  std::string token;
  bool recover{};  // from `epoch` and `offset`, the last publication seen
  std::string epoch;
  std::uint64_t offset{};
  std::string data;  // raw payload for the application
  bool positioned{};
  bool recoverable{};
  bool join_leave{};
  std::string delta;  // "" or "fossil"
  std::optional<filter_node> tf;
  std::uint64_t flag{};  // subscribe_flags
  std::int32_t type{};   // 0 is a stream of publications; others are not available (error 108)

  bool operator==(const subscribe_request&) const = default;
};

struct subscribe_result {
  bool expires{};
  std::uint32_t ttl_s{};
  bool recoverable{};
  std::string epoch;
  std::vector<publication> publications;  // what was missed, oldest first
  bool recovered{};
  std::uint64_t offset{};
  bool positioned{};
  std::string data;  // raw payload
  bool was_recovering{};
  bool delta{};
  std::int64_t id{};  // stands for the channel in pushes; 0 for none

  bool operator==(const subscribe_result&) const = default;
};

}  // namespace troupe::protocol
