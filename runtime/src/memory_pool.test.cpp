#include "memory_pool.hpp"

#include <atomic>
#include <bit>
#include <cstring>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <troupe/detail/allocation.hpp>

namespace troupe::detail {
namespace {

// ThreadSanitizer keeps a shadow of all memory that was ever touched.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr std::size_t shadow_factor = 8;
#else
constexpr std::size_t shadow_factor = 0;
#endif
#else
constexpr std::size_t shadow_factor = 0;
#endif

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(memory_pool, gives_blocks_that_are_aligned_and_apart) {
  for (std::size_t size = 1; size <= pooled_size_max; size += 7) {
    ASSERT_GE(size_of_class(size_class_of(size)), size);
    std::vector<void*> blocks;
    for (int i = 0; i < 200; ++i) {
      void* block = take_block(size);
      ASSERT_EQ(std::bit_cast<std::uintptr_t>(block) % 16, 0U) << size;
      std::memset(block, i, size);
      blocks.push_back(block);
    }
    for (int i = 0; i < 200; ++i) {
      const auto* bytes = static_cast<const unsigned char*>(blocks[static_cast<std::size_t>(i)]);
      for (std::size_t at = 0; at < size; ++at) ASSERT_EQ(bytes[at], i) << size;
    }
    for (void* block : blocks) give_block(block, size);
  }
}

TEST(memory_pool, blocks_freed_on_another_thread_are_taken_again) {
  constexpr std::size_t size = 720;
  const std::size_t before = resident_bytes();
  for (int round = 0; round < 200; ++round) {  // 200 times 1.4 MiB
    std::vector<void*> blocks(2000);
    for (void*& block : blocks) std::memset(block = take_block(size), 1, size);
    std::thread([&] {
      for (void* block : blocks) give_block(block, size);
    }).join();
  }
  EXPECT_LT(resident_bytes(), before + (32U << 20U));
}

TEST(memory_pool, a_trim_gives_empty_pages_back_and_leaves_the_others_alone) {
  constexpr std::size_t size = 512;
  constexpr std::size_t count = 200'000;  // 100 MiB
  const std::size_t before = resident_bytes();
  std::vector<void*> blocks(count);
  for (void*& block : blocks) std::memset(block = take_block(size), 7, size);
  EXPECT_GT(resident_bytes(), before + count * size);
  void* const kept = blocks[count / 2];
  for (void* block : blocks) {
    if (block != kept) give_block(block, size);
  }
  trim_pool();
  EXPECT_LT(resident_bytes(), before + (8U << 20U) + shadow_factor * count * size);
  for (std::size_t at = 0; at < size; ++at) {
    ASSERT_EQ(static_cast<const char*>(kept)[at], 7) << "its page is in use";
  }
  std::set<void*> again;
  for (std::size_t i = 0; i < 10'000; ++i) {
    void* block = take_block(size);
    std::memset(block, 3, size);
    EXPECT_NE(block, kept);
    EXPECT_TRUE(again.insert(block).second);
  }
  EXPECT_EQ(*static_cast<const char*>(kept), 7);
  for (void* block : again) give_block(block, size);
  give_block(kept, size);
}

TEST(memory_pool, trims_when_much_is_free_and_not_twice_for_the_same) {
  trim_pool();
  std::vector<void*> blocks(20'000);
  for (void*& block : blocks) block = take_block(1024);
  time_point now(std::chrono::hours(1'000'000));
  static_cast<void>(trim_pool_when_due(now));  // what others have left
  now += 2 * trim_interval;
  EXPECT_EQ(trim_pool_when_due(now), time_point::max());
  for (void* block : blocks) give_block(block, 1024);
  const std::size_t freed = pool_free_bytes();
  EXPECT_GT(freed, 18U << 20U);
  EXPECT_EQ(trim_pool_when_due(now), time_point::max());
  EXPECT_LT(pool_free_bytes(), freed / 4);

  for (void*& block : blocks) block = take_block(1024);
  for (void* block : blocks) give_block(block, 1024);
  EXPECT_EQ(trim_pool_when_due(now + trim_interval / 2), now + trim_interval) << "too soon";
  EXPECT_GT(pool_free_bytes(), 18U << 20U);
  EXPECT_EQ(trim_pool_when_due(now + trim_interval), time_point::max());
  EXPECT_EQ(trim_pool_when_due(now + 10 * trim_interval), time_point::max());
}

TEST(memory_pool, what_is_freed_while_a_trim_runs_is_left_for_the_next) {
  constexpr std::size_t size = 448;
  constexpr std::size_t count = 100'000;  // 43 MiB
  time_point now(std::chrono::hours(2'000'000));
  for (int round = 0; round < 10; ++round) {
    trim_pool();
    const std::size_t before = pool_free_bytes();
    std::vector<void*> blocks(count);
    for (void*& block : blocks) block = take_block(size);
    std::atomic<bool> all_given{false};
    std::thread giver([&] {
      for (void* block : blocks) give_block(block, size);
      all_given = true;
    });
    while (!all_given) static_cast<void>(trim_pool_when_due(now += trim_interval));
    giver.join();
    while (trim_pool_when_due(now += trim_interval) != time_point::max()) {
    }
    ASSERT_LT(pool_free_bytes(), before + 2 * trim_worth) << "round " << round;
  }
}

TEST(memory_pool, threads_that_take_give_and_trim_do_not_mix_up_blocks) {
  struct stamped {
    std::uint64_t owner;
    std::uint64_t same;
    char rest[112];
  };
  constexpr int threads = 4;
  std::vector<std::atomic<stamped*>> shelf(512);
  std::atomic<bool> mixed_up{false};
  std::vector<std::thread> all;
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] {
      std::uint64_t state = static_cast<std::uint64_t>(thread) + 1;
      for (std::uint64_t i = 0; i < 60'000; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const std::uint64_t stamp = (static_cast<std::uint64_t>(thread) << 32U) | i;
        auto* fresh = new (take_block(sizeof(stamped))) stamped{stamp, stamp, {}};
        stamped* old = shelf[(state >> 40U) % shelf.size()].exchange(fresh);
        if (old) {
          if (old->owner != old->same) mixed_up = true;
          give_block(old, sizeof(stamped));
        }
        if (i % 10'000 == 0) trim_pool();
      }
    });
  }
  for (std::thread& each : all) each.join();
  for (auto& slot : shelf) {
    stamped* left = slot.load();
    if (!left) continue;
    if (left->owner != left->same) mixed_up = true;
    give_block(left, sizeof(stamped));
  }
  EXPECT_FALSE(mixed_up);
}

}  // namespace
}  // namespace troupe::detail
