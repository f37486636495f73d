// refresh.hpp — a new token for a connection that expires.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::protocol {

struct refresh_request {
  std::string token;
  bool operator==(const refresh_request&) const = default;
};

struct refresh_result {
  std::string client;
  std::string version;
  bool expires{};
  std::uint32_t ttl_s{};
  bool operator==(const refresh_result&) const = default;
};

}  // namespace troupe::protocol
