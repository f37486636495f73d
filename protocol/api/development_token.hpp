// development_token.hpp — the body of POST /dev/token, which exists on a developer's machine only.
#pragma once

#include <string>

namespace troupe::protocol::api {

struct development_token_request {
  std::string user;
  bool operator==(const development_token_request&) const = default;
};

}  // namespace troupe::protocol::api
