// json_payloads.hpp — whether a message can be said in JSON at all. Clients that speak protobuf
// publish bytes of any kind, and tokens and the server API may bring some too; inlined into JSON
// they would break the frame, or forge what follows.
#pragma once

#include "protocol/client/push.hpp"
#include "protocol/client/reply.hpp"

namespace troupe::protocol {

/// Whether every payload in the message is empty or JSON text.
[[nodiscard]] bool holds_only_json(const publication& publication);
[[nodiscard]] bool holds_only_json(const push& push);
[[nodiscard]] bool holds_only_json(const reply& reply);

}  // namespace troupe::protocol
