// chunk.hpp — a body whose length nobody knows beforehand, piece by piece (RFC 9112 section 7.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::http {

/// What stands before and behind a piece of this many bytes; 0 would end the body.
std::string chunk_head(std::size_t bytes);
inline constexpr std::string_view chunk_tail = "\r\n";
/// The piece that is in such a chunk: for a client that knows no chunks (HTTP/1.0).
std::string_view without_chunk(std::string_view chunk);
/// Ends the body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace troupe::http
