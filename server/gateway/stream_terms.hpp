// stream_terms.hpp — the request that opens a connection from the server to the client alone: an
// HTTP stream or server-sent events (protocol reference, section 8).
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "services/hub/wire_format.hpp"
#include "transport/http/request.hpp"
#include "transport/http/response.hpp"

namespace troupe::gateway {

enum class stream_transport : std::uint8_t { http_stream, sse };

struct stream_terms {
  hub::wire_format format = hub::wire_format::http_stream_json;
  http::version version = http::version::http_1_1;  // an HTTP/1.0 client takes no chunks
};

struct stream_agreement {
  stream_terms terms;
  std::string head;      // of the response, with what the transport begins with; messages follow
  std::string commands;  // the client's first
};

/// HTTP stream: POST with the commands as its body, in protobuf when the body is
/// application/octet-stream. Server-sent events: GET with the commands in the query's cf_connect,
/// or POST. Refused with 405, 400 (no commands) or 413 (more than message_bytes_max of them).
/// Whether the origin is allowed is for the caller to decide.
std::expected<stream_agreement, http::response> agree_on_stream(stream_transport transport,
                                                                const http::request& request);

}  // namespace troupe::gateway
