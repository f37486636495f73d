// publish.hpp — a client publishes into a channel.
#pragma once

#include <string>

namespace troupe::protocol {

struct publish_request {
  std::string channel;
  std::string data;  // raw payload
  bool operator==(const publish_request&) const = default;
};

struct publish_result {
  bool operator==(const publish_result&) const = default;
};

}  // namespace troupe::protocol
