// ping.hpp — the `ping` command of older clients. Liveness in protocol v2 is the other way round:
// the server sends an empty reply, the client answers with an empty command.
#pragma once

namespace troupe::protocol {

struct ping_request {
  bool operator==(const ping_request&) const = default;
};

struct ping_result {
  bool operator==(const ping_result&) const = default;
};

}  // namespace troupe::protocol
