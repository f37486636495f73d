// subscription.hpp — one client's place in one channel, as channel, fanout and client share it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <troupe/ref.hpp>

#include "protocol/client/client_info.hpp"
#include "protocol/client/stream_position.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

class client;

/// Chosen by the client, never used again by it: a delivery of a subscription that has ended
/// meanwhile cannot be taken for one of its successor.
using subscription_number = std::uint32_t;

struct subscriber {
  ref<client> connection;
  std::uint32_t worker = 0;  // where the connection is pinned, and the fanout that serves it
  subscription_number number = 0;
  wire_format format{};  // what the connection is given
  std::shared_ptr<const protocol::client_info> info;
  bool wants_join_leave = false;
  bool listed = false;     // in the presence of the channel
  bool announced = false;  // its join and leave are told
  bool deltas = false;     // publications come whole or as patches (delta_frames.hpp)
};

/// Where a subscription begins.
struct starting_point {
  std::optional<protocol::stream_position> position{};  // of the last publication before; when
                                                        // positioned
  bool ready = false;  // the client has that one, so that a patch against it may follow
};

}  // namespace troupe::hub
