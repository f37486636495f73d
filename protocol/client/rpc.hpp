// rpc.hpp — a call to the application, or to a service under the prefix `troupe.`.
#pragma once

#include <string>

namespace troupe::protocol {

struct rpc_request {
  std::string data;  // raw payload
  std::string method;
  bool operator==(const rpc_request&) const = default;
};

struct rpc_result {
  std::string data;  // raw payload
  bool operator==(const rpc_result&) const = default;
};

}  // namespace troupe::protocol
