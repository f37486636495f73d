// subscription.hpp — one client's place in one channel, as channel, fanout and client share it.
#pragma once

#include <cstdint>
#include <memory>

#include <troupe/ref.hpp>

#include "protocol/client/client_info.hpp"
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
};

}  // namespace troupe::hub
