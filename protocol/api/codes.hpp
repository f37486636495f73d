// codes.hpp — errors of the server API, where they differ from those a client gets.
#pragma once

#include <cstdint>

#include "protocol/codes.hpp"

namespace troupe::protocol::api {

namespace errors {
using protocol::errors::already_subscribed;
using protocol::errors::bad_request;
using protocol::errors::expired;
using protocol::errors::internal;
using protocol::errors::limit_exceeded;
using protocol::errors::method_not_found;
using protocol::errors::not_available;
using protocol::errors::permission_denied;
using protocol::errors::token_expired;
using protocol::errors::too_many_requests;
using protocol::errors::unauthorized;
using protocol::errors::unknown_channel;
using protocol::errors::unrecoverable_position;
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
