// Memory of messages and coroutine frames: one place, so that pooling is decided in one place.
#pragma once

#include <cstddef>
#include <new>

namespace troupe::detail {

inline void* allocate(std::size_t size) {
  return ::operator new(size);
}
inline void release(void* memory, std::size_t size) noexcept {
  ::operator delete(memory, size);
}

}  // namespace troupe::detail
