// tls_stream.hpp — a byte stream that speaks TLS over another one; who owns it does not know.
//
// The handshake goes on by itself once the owner asks for a notice, and the owner hears nothing of
// it: its first io::readable means that the first plaintext is there. So the time the owner gives
// a client for its first request bounds the handshake as well. Until then there is no room to
// write.
//
// Ciphertext that the stream below has no room for is held back, one batch at most, and goes out as
// room comes; until it is gone there is no room here either, and nothing more is read than answers
// that come with the protocol itself. Closing sends what is held back and TLS's own end first.
#pragma once

#include <cstddef>

#include <troupe/io/byte_stream.hpp>

#include "transport/tls/identity.hpp"

namespace troupe::tls {

/// Plaintext taken at once.
inline constexpr std::size_t write_batch_bytes_max = 64 * 1024;

/// The server's side of TLS around `below`, for whoever opens it.
[[nodiscard]] io::pending_stream serve(io::pending_stream below, const identity& as);

}  // namespace troupe::tls
