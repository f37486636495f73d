// permessage_deflate.hpp — messages compressed one by one (RFC 7692), by zlib.
//
// No context lasts from one message to the next, in neither direction. So one compressed frame
// serves all subscribers, and a connection owns neither window nor tables: each thread has one set
// of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "transport/http/request.hpp"

namespace troupe::websocket {

/// Whether a client offers (Sec-WebSocket-Extensions) compression that this server can do: any
/// offer but one that wants a smaller window of the server, or that it does not understand.
[[nodiscard]] bool offers_deflate(const http::header_list& headers);
/// The answer to such an offer, for the same header.
inline constexpr std::string_view deflate_terms =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// The payload of a compressed message. Any thread.
std::string deflate_message(std::string_view message);

enum class inflate_errc : std::uint8_t {
  malformed,  // no DEFLATE
  too_big,    // more than bytes_max come out
};

/// What deflate_message, or a client's, has compressed. Any thread. Costs what comes out, at most
/// bytes_max and one piece.
std::expected<std::string, inflate_errc> inflate_message(std::string_view payload,
                                                         std::size_t bytes_max);

}  // namespace troupe::websocket
