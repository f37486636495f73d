// client_address.hpp — where a request really comes from, also through proxies.
#pragma once

#include <span>
#include <string>

#include "transport/http/request.hpp"

namespace troupe::gateway {

/// The peer's address, unless the peer is a proxy that is trusted: then the last address of
/// X-Forwarded-For that is no trusted proxy, since each proxy adds at the end whom it heard from,
/// and what stands before that, anybody may have made up. A list that cannot be read is believed as
/// far as it can, from its end.
/// `trusted` are networks (core::ip_network).
[[nodiscard]] std::string client_address(const std::string& peer, const http::header_list& headers,
                                         std::span<const std::string> trusted);

}  // namespace troupe::gateway
