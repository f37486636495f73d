// rpc.hpp — the application calls a method that an extension of the server offers.
#pragma once

#include <string>

namespace troupe::protocol::api {

struct rpc_request {
  std::string method;
  std::string params;  // raw payload
  bool operator==(const rpc_request&) const = default;
};

struct rpc_result {
  std::string data;  // raw payload
  bool operator==(const rpc_result&) const = default;
};

}  // namespace troupe::protocol::api
