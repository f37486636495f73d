// subscribe.hpp — the application subscribes connections to a channel, while they run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/api/connections.hpp"
#include "protocol/channel_override.hpp"
#include "protocol/client/stream_position.hpp"

namespace troupe::protocol::api {

struct subscribe_request {
  std::string channel;
  connection_filter who;
  std::string info;                              // payload, `info` or `b64info`
  std::string data;                              // payload for the client, `data` or `b64data`
  std::optional<stream_position> recover_since;  // what came after it is delivered
  std::int64_t expire_at{};                      // since the Unix epoch, in seconds; 0: never
  channel_override override;

  bool operator==(const subscribe_request&) const = default;
};

struct subscribe_result {
  bool operator==(const subscribe_result&) const = default;
};

}  // namespace troupe::protocol::api
