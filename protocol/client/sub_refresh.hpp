// sub_refresh.hpp — a new token for a subscription that expires.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::protocol {

struct sub_refresh_request {
  std::string channel;
  std::string token;
  bool operator==(const sub_refresh_request&) const = default;
};

struct sub_refresh_result {
  bool expires{};
  std::uint32_t ttl_s{};
  bool operator==(const sub_refresh_result&) const = default;
};

}  // namespace troupe::protocol
