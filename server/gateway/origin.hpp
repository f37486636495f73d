// origin.hpp — which pages may open a connection from a browser (RFC 6454).
//
// A browser tells the origin of the page that asks, and lets any page open a WebSocket anywhere;
// the check is what keeps a stranger's page from acting for a user of this server. Programs send no
// Origin and are let through: what they may do, their token decides.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "transport/http/request.hpp"

namespace troupe::gateway {

/// `allowed` are origins as browsers write them ("https://app.example.org"), in which "*" stands
/// for any text, also none; upper and lower case are the same. The origin that is this server's own
/// address, as the client names it in Host, is always allowed.
[[nodiscard]] bool origin_allowed(const http::header_list& headers,
                                  std::span<const std::string> allowed);

/// The name in a Host header, without the port; "[::1]" keeps its brackets.
[[nodiscard]] std::string_view host_name(std::string_view host);

}  // namespace troupe::gateway
