// An in-memory connection: two byte_streams back to back.
#pragma once

#include <utility>

#include <troupe/io/byte_stream.hpp>

namespace troupe::sim {

class world;

/// The world chooses how reads cut the bytes; it outlives the streams.
std::pair<io::pending_stream, io::pending_stream> make_memory_streams(world& in,
                                                                      std::size_t buffer_bytes);

}  // namespace troupe::sim
