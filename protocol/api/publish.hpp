// publish.hpp — the application publishes, into one channel or into many.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "protocol/codes.hpp"

namespace troupe::protocol::api {

struct publish_options {
  bool skip_history{};
  std::map<std::string, std::string> tags;
  std::string idempotency_key;  // a repetition of the same key gets the first result again
  bool delta{};
  std::uint64_t version{};  // a lower version than the channel has is dropped; 0 for none
  std::string version_epoch;

  bool operator==(const publish_options&) const = default;
};

struct publish_request {
  std::string channel;
  std::string data;  // raw payload, from `data` or decoded from `b64data`
  bool binary{};     // the payload is not JSON, so JSON clients cannot receive it
  publish_options options;

  bool operator==(const publish_request&) const = default;
};

/// Both stay empty when the channel keeps no history.
struct publish_result {
  std::uint64_t offset{};
  std::string epoch;

  bool operator==(const publish_result&) const = default;
};

struct broadcast_request {
  std::vector<std::string> channels;
  std::string data;
  bool binary{};
  publish_options options;

  bool operator==(const broadcast_request&) const = default;
};

struct broadcast_result {
  std::vector<std::expected<publish_result, error>> responses;  // one a channel, in their order

  bool operator==(const broadcast_result&) const = default;
};

}  // namespace troupe::protocol::api
