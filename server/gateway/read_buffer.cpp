#include "gateway/read_buffer.hpp"

#include <array>

namespace troupe::gateway {

std::span<std::byte> read_buffer() noexcept {
  thread_local std::array<std::byte, read_buffer_bytes> buffer;
  return buffer;
}

}  // namespace troupe::gateway
