// reply.hpp — what the server says.
#pragma once

#include <cstdint>
#include <variant>

#include "protocol/client/connect.hpp"
#include "protocol/client/history.hpp"
#include "protocol/client/ping.hpp"
#include "protocol/client/presence.hpp"
#include "protocol/client/presence_stats.hpp"
#include "protocol/client/publish.hpp"
#include "protocol/client/push.hpp"
#include "protocol/client/refresh.hpp"
#include "protocol/client/rpc.hpp"
#include "protocol/client/sub_refresh.hpp"
#include "protocol/client/subscribe.hpp"
#include "protocol/client/unsubscribe.hpp"
#include "protocol/codes.hpp"

namespace troupe::protocol {

/// An empty reply (id 0, monostate) is a ping.
struct reply {
  using body_type =
      std::variant<std::monostate, error, push, connect_result, subscribe_result,
                   unsubscribe_result, publish_result, presence_result, presence_stats_result,
                   history_result, ping_result, rpc_result, refresh_result, sub_refresh_result>;

  std::uint32_t id{};  // of the command; 0 for a push or a ping
  body_type body;

  bool operator==(const reply&) const = default;
};

}  // namespace troupe::protocol
