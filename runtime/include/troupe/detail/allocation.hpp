// Memory of messages, coroutine frames and actors.
//
// Each thread keeps free blocks by size, two batches of a size at most, so that taking and giving a
// block is a few instructions without an atomic. A batch that is too much goes to a depot that all
// threads share, and a thread that has none takes one from there: blocks that are freed on another
// thread than they were taken on find their way back a batch at a time. Memory goes back to the
// system by whole pages of the pool (see memory_pool.cpp).
//
// Under a sanitizer everything comes from operator new, so that each block is watched.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace troupe::detail {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define TROUPE_SANITIZED 1
#endif
#endif
#ifdef TROUPE_SANITIZED
inline constexpr bool memory_is_pooled = false;
#undef TROUPE_SANITIZED
#else
inline constexpr bool memory_is_pooled = true;
#endif

/// What is larger comes from operator new.
inline constexpr std::size_t pooled_size_max = 1024;
inline constexpr std::size_t size_class_count = 16 + 12;  // steps of 16 to 256, of 64 to 1024
inline constexpr std::uint32_t blocks_per_batch = 64;

constexpr std::size_t size_class_of(std::size_t size) noexcept {
  if (size <= 256) return size <= 32 ? 1 : (size - 1) / 16;  // a free block needs 24 bytes
  return 16 + (size - 257) / 64;
}
constexpr std::size_t size_of_class(std::size_t size_class) noexcept {
  return size_class < 16 ? (size_class + 1) * 16 : 256 + (size_class - 15) * 64;
}

struct free_block {
  free_block* next = nullptr;
  free_block* next_batch = nullptr;  // of the first block of a batch in the depot
  std::uint64_t in_batch = 0;        // likewise: how many there are
};

/// One size's free blocks of a thread: one list that is used, and a full one or none.
struct block_cache {
  free_block* first = nullptr;
  free_block* spare = nullptr;
  std::uint32_t count = 0;  // of `first`
};

struct thread_memory {
  std::array<block_cache, size_class_count> by_class{};
};
extern constinit thread_local thread_memory memory_of_thread;

void* take_slowly(std::size_t size_class);
void give_slowly(std::size_t size_class, free_block* block) noexcept;

/// Throws std::bad_alloc. At most pooled_size_max bytes, aligned to 16.
inline void* take_block(std::size_t size) {
  const std::size_t size_class = size_class_of(size);
  block_cache& cache = memory_of_thread.by_class[size_class];
  free_block* const block = cache.first;
  if (!block) return take_slowly(size_class);
  cache.first = block->next;
  --cache.count;
  return block;
}

/// Any thread. `size` is what it was taken with.
inline void give_block(void* memory, std::size_t size) noexcept {
  const std::size_t size_class = size_class_of(size);
  block_cache& cache = memory_of_thread.by_class[size_class];
  auto* const block = new (memory) free_block;
  // None as well: a thread that only frees is registered for its end there.
  if (cache.count - 1 >= blocks_per_batch - 1) {
    give_slowly(size_class, block);
    return;
  }
  block->next = cache.first;
  cache.first = block;
  ++cache.count;
}

inline void* allocate(std::size_t size) {
  if (!memory_is_pooled || size > pooled_size_max) return ::operator new(size);
  return take_block(size);
}
/// Any thread. `size` is what it was allocated with.
inline void release(void* memory, std::size_t size) noexcept {
  if (!memory_is_pooled || size > pooled_size_max) {
    ::operator delete(memory, size);
  } else {
    give_block(memory, size);
  }
}

/// For what is often made and thrown away: its operator new and delete.
struct pooled {
  static void* operator new(std::size_t size) { return allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { release(memory, size); }
  // What needs more than the usual alignment is not pooled.
  static void* operator new(std::size_t size, std::align_val_t alignment) {
    return ::operator new(size, alignment);
  }
  static void operator delete(void* memory, std::size_t size, std::align_val_t alignment) noexcept {
    ::operator delete(memory, size, alignment);
  }
};

}  // namespace troupe::detail
