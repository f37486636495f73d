// Regions are mapped from the system and cut into pages; a page holds blocks of one size. A page
// whose blocks are all in the depot can be emptied: its memory goes back to the system, its
// addresses stay with the pool for the next size that needs a page.
#include "memory_pool.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include <troupe/detail/allocation.hpp>

namespace troupe::detail {

constinit thread_local thread_memory memory_of_thread;

namespace {

constexpr std::size_t page_size = 64U << 10U;
constexpr std::size_t region_size = 4U << 20U;

/// At the start of each page.
struct alignas(64) page_header {
  std::uint32_t capacity = 0;  // blocks
  std::uint32_t carved = 0;    // of them, given out at least once
  std::uint32_t free = 0;      // while a trim counts: those found in the depot
  bool leaves = false;         // likewise: is to be given back
};

page_header& page_of(const void* block) noexcept {
  const auto address = std::bit_cast<std::uintptr_t>(block);
  return *std::bit_cast<page_header*>(address & ~(page_size - 1));
}

/// Empty pages.
class page_source {
 public:
  /// Throws std::bad_alloc.
  void* take() {
    const std::scoped_lock lock(mutex_);
    if (pages_.empty()) map_region();
    void* page = pages_.back();
    pages_.pop_back();
    return page;
  }

  void give_back(page_header* page) noexcept {
    madvise(page, page_size, MADV_DONTNEED);
    const std::scoped_lock lock(mutex_);
    pages_.push_back(page);  // has room: reserved when its region was mapped
  }

 private:
  void map_region() {
    pages_taken_ += region_size / page_size;
    pages_.reserve(pages_taken_);
    const std::size_t mapped = region_size + page_size;
    void* memory =
        mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    const auto begin = std::bit_cast<std::uintptr_t>(memory);
    const auto first = (begin + page_size - 1) & ~(page_size - 1);
    for (std::size_t at = region_size; at > 0; at -= page_size) {
      pages_.push_back(std::bit_cast<void*>(first + at - page_size));
    }
  }

  std::mutex mutex_;
  std::vector<void*> pages_;
  std::size_t pages_taken_ = 0;
};

struct batch_list {
  free_block* first = nullptr;

  void push(free_block* batch) noexcept {
    batch->next_batch = first;
    first = batch;
  }
  free_block* pop() noexcept { return first ? std::exchange(first, first->next_batch) : nullptr; }
};

/// The free blocks of one size that no thread keeps.
class depot {
 public:
  void give(free_block* batch, std::uint64_t count) noexcept {
    batch->in_batch = count;
    const std::scoped_lock lock(mutex_);
    batches_.push(batch);
    free_.fetch_add(count, std::memory_order_relaxed);
  }

  /// A batch, of what was given or of memory never used. Throws std::bad_alloc.
  free_block* take(std::size_t size, std::uint32_t& count);

  std::size_t free_blocks() const noexcept { return free_.load(std::memory_order_relaxed); }
  /// Gives back how many of the free blocks it found have stayed.
  std::size_t trim() noexcept;

 private:
  free_block* carve(std::size_t size, std::uint32_t& count);

  std::mutex mutex_;
  batch_list batches_;
  page_header* page_ = nullptr;       // blocks are carved from it
  std::atomic<std::size_t> free_{0};  // written under the lock
};

/// Of trim_pool_when_due(). Hints: who is late by a moment trims once too often or too late.
struct trim_state {
  std::atomic<std::size_t> left{0};    // free bytes after the last trim, or fewer since
  std::atomic<duration::rep> last{0};  // when it was
};

// Never destroyed: threads and static objects may free blocks to the very end.
struct memory {
  page_source pages;
  std::array<depot, size_class_count> depots;
  std::mutex trimming;
  trim_state trims;
};
memory& shared() {
  static memory& all = *new memory;
  return all;
}

free_block* depot::take(std::size_t size, std::uint32_t& count) {
  const std::scoped_lock lock(mutex_);
  if (free_block* batch = batches_.pop()) {
    count = static_cast<std::uint32_t>(batch->in_batch);
    free_.fetch_sub(count, std::memory_order_relaxed);
    return batch;
  }
  return carve(size, count);
}

free_block* depot::carve(std::size_t size, std::uint32_t& count) {
  if (!page_ || page_->carved == page_->capacity) {
    page_ = new (shared().pages.take()) page_header;
    page_->capacity = static_cast<std::uint32_t>((page_size - sizeof(page_header)) / size);
  }
  count = std::min(blocks_per_batch, page_->capacity - page_->carved);
  char* at = reinterpret_cast<char*>(page_) + sizeof(page_header) + page_->carved * size;
  page_->carved += count;
  auto* const first = new (at) free_block;
  free_block* last = first;
  for (std::uint32_t i = 1; i < count; ++i) {
    at += size;
    last->next = new (at) free_block;
    last = last->next;
  }
  last->next = nullptr;
  return first;
}

// Works on what it takes out of the depot, so that others are not kept waiting.
std::size_t depot::trim() noexcept {
  batch_list taken;
  page_header* carving = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    taken = std::exchange(batches_, {});
    free_.store(0, std::memory_order_relaxed);
    carving = page_;
  }
  for (free_block* batch = taken.first; batch; batch = batch->next_batch) {
    for (free_block* block = batch; block; block = block->next) page_of(block).free = 0;
  }
  for (free_block* batch = taken.first; batch; batch = batch->next_batch) {
    for (free_block* block = batch; block; block = block->next) {
      page_header& page = page_of(block);
      ++page.free;
      page.leaves = page.free == page.capacity && &page != carving;
    }
  }
  free_block* staying = nullptr;
  std::uint32_t count = 0;
  std::size_t stayed = 0;
  const auto keep = [&](free_block* block) {
    ++stayed;
    block->next = staying;
    staying = block;
    if (++count == blocks_per_batch) {
      give(std::exchange(staying, nullptr), std::exchange(count, 0));
    }
  };
  while (free_block* batch = taken.pop()) {
    while (batch) {
      free_block* const block = std::exchange(batch, batch->next);
      page_header& page = page_of(block);
      if (!page.leaves) {
        keep(block);
      } else if (--page.free == 0) {
        // All its blocks have been passed: no link of a list is in it any more.
        shared().pages.give_back(&page);
      }
    }
  }
  if (staying) give(staying, count);
  return stayed;
}

/// Gives a thread's blocks to the depot when it ends.
struct thread_end {
  ~thread_end() {
    for (std::size_t i = 0; i < size_class_count; ++i) {
      block_cache& cache = memory_of_thread.by_class[i];
      if (cache.first) shared().depots[i].give(cache.first, cache.count);
      if (cache.spare) shared().depots[i].give(cache.spare, blocks_per_batch);
      cache = {};
    }
  }
};

void register_thread() noexcept {
  static thread_local thread_end at_end;
}

}  // namespace

void* take_slowly(std::size_t size_class) {
  register_thread();
  block_cache& cache = memory_of_thread.by_class[size_class];
  if (cache.spare) {
    cache.first = std::exchange(cache.spare, nullptr);
    cache.count = blocks_per_batch;
  } else {
    cache.first = shared().depots[size_class].take(size_of_class(size_class), cache.count);
  }
  free_block* const block = cache.first;
  cache.first = block->next;
  --cache.count;
  return block;
}

void give_slowly(std::size_t size_class, free_block* block) noexcept {
  register_thread();
  block_cache& cache = memory_of_thread.by_class[size_class];
  if (cache.count == 0) {
    cache.first = block;
    cache.count = 1;
    return;
  }
  if (cache.spare) shared().depots[size_class].give(cache.spare, blocks_per_batch);
  cache.spare = cache.first;
  block->next = nullptr;
  cache.first = block;
  cache.count = 1;
}

std::size_t pool_free_bytes() noexcept {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < size_class_count; ++i) {
    bytes += shared().depots[i].free_blocks() * size_of_class(i);
  }
  return bytes;
}

void trim_pool() noexcept {
  const std::scoped_lock lock(shared().trimming);
  std::size_t left = 0;
  for (std::size_t i = 0; i < size_class_count; ++i) {
    depot& each = shared().depots[i];
    const std::size_t found = each.free_blocks();
    left += (found * size_of_class(i) >= page_size ? each.trim() : found) * size_of_class(i);
  }
  // Not what the depots hold now: what was freed meanwhile is for the next trim.
  shared().trims.left.store(left, std::memory_order_relaxed);
}

time_point trim_pool_when_due(time_point now) noexcept {
  trim_state& state = shared().trims;
  const std::size_t free = pool_free_bytes();
  std::size_t settled = state.left.load(std::memory_order_relaxed);
  if (free < settled) state.left.store(settled = free, std::memory_order_relaxed);
  if (free < settled + trim_worth) return time_point::max();
  duration::rep last = state.last.load(std::memory_order_relaxed);
  const time_point due = time_point(duration(last)) + trim_interval;
  if (now < due) return due;
  if (state.last.compare_exchange_strong(last, now.time_since_epoch().count())) {
    trim_pool();
    // What was freed meanwhile may be worth another.
    if (pool_free_bytes() >= state.left.load(std::memory_order_relaxed) + trim_worth) {
      return now + trim_interval;
    }
  }
  return time_point::max();
}

}  // namespace troupe::detail
