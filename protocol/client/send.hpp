// send.hpp — a message to the application that has no reply.
#pragma once

#include <string>

namespace troupe::protocol {

struct send_request {
  std::string data;  // raw payload
  bool operator==(const send_request&) const = default;
};

}  // namespace troupe::protocol
