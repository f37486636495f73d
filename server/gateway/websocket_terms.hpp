// websocket_terms.hpp — what a client and the server agree on when a WebSocket opens: the encoding,
// and who pings (protocol reference, section 1).
#pragma once

#include <expected>
#include <string>

#include "services/hub/wire_format.hpp"
#include "transport/http/request.hpp"
#include "transport/http/response.hpp"

namespace troupe::gateway {

struct websocket_terms {
  hub::wire_format format = hub::wire_format::websocket_json;
  bool native_pings = false;  // with frames of the WebSocket, none of the protocol
  bool deflate = false;       // messages may be compressed, in both directions
};

struct websocket_agreement {
  websocket_terms terms;
  std::string response;  // the bytes to send; frames follow at once in both directions
};

/// Protobuf when the client asks for it: by the subprotocol centrifuge-protobuf, or by the query
/// (format=protobuf or cf_protocol=protobuf). Otherwise JSON. The query cf_ws_frame_ping_pong=true
/// asks for native pings. Messages are compressed where the client offers permessage-deflate and
/// `may_deflate`. Refused as websocket::accept says. Whether the origin is allowed is for the
/// caller to decide.
std::expected<websocket_agreement, http::response> agree_on_websocket(const http::request& request,
                                                                      bool may_deflate = false);

}  // namespace troupe::gateway
