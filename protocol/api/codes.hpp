// codes.hpp — errors of the server API, where they differ from those a client gets.
#pragma once

#include <cstdint>

#include "protocol/codes.hpp"

namespace troupe::protocol::api {

namespace errors {
using namespace protocol::errors;
inline constexpr error_code conflict{113, "conflict"};
}  // namespace errors

/// The HTTP status that stands for an error when the caller asks for it with
/// `X-Centrifugo-Error-Mode: transport`; without it the status is always 200.
constexpr unsigned http_status_of(std::uint32_t error_code) {
  switch (error_code) {
    case 102:
    case 104:
      return 404;
    case 107:
    case 108:
      return 400;
    case 112:
      return 416;
    case 113:
      return 409;
    default:
      return 500;
  }
}

}  // namespace troupe::protocol::api
