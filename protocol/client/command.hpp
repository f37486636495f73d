// command.hpp — what a client says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "protocol/client/connect.hpp"
#include "protocol/client/history.hpp"
#include "protocol/client/ping.hpp"
#include "protocol/client/presence.hpp"
#include "protocol/client/presence_stats.hpp"
#include "protocol/client/publish.hpp"
#include "protocol/client/refresh.hpp"
#include "protocol/client/rpc.hpp"
#include "protocol/client/send.hpp"
#include "protocol/client/sub_refresh.hpp"
#include "protocol/client/subscribe.hpp"
#include "protocol/client/unsubscribe.hpp"

namespace troupe::protocol {

inline constexpr std::size_t commands_per_frame_max = 512;

/// Owns everything it carries: a command outlives the frame it came in.
struct command {
  using body_type =
      std::variant<std::monostate, connect_request, subscribe_request, unsubscribe_request,
                   publish_request, presence_request, presence_stats_request, history_request,
                   ping_request, send_request, rpc_request, refresh_request, sub_refresh_request>;

  std::uint32_t id{};  // chosen by the client, repeated in the reply; 0 only for pong and send
  body_type body;      // monostate: a pong, or a command this server does not know

  [[nodiscard]] bool is_pong() const {
    return id == 0 && std::holds_alternative<std::monostate>(body);
  }
  /// Whether the command breaks the protocol whatever the state of the connection:
  /// it names no known request, or lacks the id its reply would need.
  [[nodiscard]] bool is_bad() const {
    return id == 0 ? body.index() != 0 && !std::holds_alternative<send_request>(body)
                   : body.index() == 0;
  }

  bool operator==(const command&) const = default;
};

}  // namespace troupe::protocol
