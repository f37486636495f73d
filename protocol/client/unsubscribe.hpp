// unsubscribe.hpp — stop receiving a channel.
#pragma once

#include <string>

namespace troupe::protocol {

struct unsubscribe_request {
  std::string channel;
  bool operator==(const unsubscribe_request&) const = default;
};

struct unsubscribe_result {
  bool operator==(const unsubscribe_result&) const = default;
};

}  // namespace troupe::protocol
