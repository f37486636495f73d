// read_buffer.hpp — the buffer that the connections of one worker read into, one after the other: a
// connection that waits holds none.
#pragma once

#include <cstddef>
#include <span>

namespace troupe::gateway {

inline constexpr std::size_t read_buffer_bytes = 64 * 1024;

/// Of the calling thread; what is in it is gone with the next read of any connection.
[[nodiscard]] std::span<std::byte> read_buffer() noexcept;

}  // namespace troupe::gateway
