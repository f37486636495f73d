// handshake.hpp — the HTTP upgrade that opens a WebSocket (RFC 6455 section 4.2).
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "transport/http/request.hpp"
#include "transport/http/response.hpp"

namespace troupe::websocket {

/// Sec-WebSocket-Accept for the key of a client.
std::string accept_key(std::string_view client_key);

struct upgrade {
  std::string response;     // the bytes to send; frames follow at once in both directions
  std::string subprotocol;  // the one chosen, or empty
  bool deflate = false;     // messages may be compressed, in both directions
};

/// Accepts an upgrade request or says how to refuse it: 405 (not GET), 426 (no WebSocket upgrade,
/// or a version other than 13), 400 (a missing or malformed key, or a body). Of the subprotocols
/// the client offers, in its order, the first one `supported` is chosen; a client that offers none
/// of them is accepted without. With `may_deflate`, an offer of permessage-deflate that can be
/// taken is. Whether the origin is allowed is for the caller to decide.
std::expected<upgrade, http::response> accept(const http::request& request,
                                              std::span<const std::string_view> supported = {},
                                              bool may_deflate = false);

}  // namespace troupe::websocket
