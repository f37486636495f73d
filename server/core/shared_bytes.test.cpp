#include "core/shared_bytes.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

TEST(shared_bytes, holds_a_copy_of_what_it_was_made_from) {
  std::string source = "frame";
  const shared_bytes bytes = shared_bytes::copy_of(source);
  source = "other";
  EXPECT_EQ(bytes.view(), "frame");
  EXPECT_EQ(bytes.size(), 5U);
}

TEST(shared_bytes, joins_parts_in_order) {
  EXPECT_EQ(shared_bytes::joined({"ab", "", "cde"}).view(), "abcde");
}

TEST(shared_bytes, empty_bytes_allocate_nothing) {
  const shared_bytes none;
  const shared_bytes joined = shared_bytes::joined({"", ""});
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(joined.view(), "");
  EXPECT_EQ(joined.use_count(), 0U);
  EXPECT_EQ(none, joined);
}

TEST(shared_bytes, a_copy_shares_and_the_last_owner_frees) {
  shared_bytes first = shared_bytes::copy_of("payload");
  shared_bytes second = first;
  EXPECT_EQ(first.use_count(), 2U);
  EXPECT_EQ(first.view().data(), second.view().data());
  const shared_bytes moved = std::move(first);
  EXPECT_EQ(moved.use_count(), 2U);
  second = shared_bytes();
  EXPECT_EQ(moved.use_count(), 1U);
  EXPECT_EQ(moved.view(), "payload");
}

TEST(shared_bytes, assigning_to_itself_keeps_the_bytes) {
  shared_bytes bytes = shared_bytes::copy_of("x");
  const shared_bytes& same = bytes;
  bytes = same;
  EXPECT_EQ(bytes.view(), "x");
  EXPECT_EQ(bytes.use_count(), 1U);
}

TEST(shared_bytes, equality_is_of_content) {
  EXPECT_EQ(shared_bytes::copy_of("a"), shared_bytes::copy_of("a"));
  EXPECT_NE(shared_bytes::copy_of("a"), shared_bytes::copy_of("b"));
}

TEST(shared_bytes, is_written_in_place) {
  const auto bytes = shared_bytes::written(3, [](std::span<char> out) {
    for (char& c : out) c = 'z';
  });
  EXPECT_EQ(bytes.view(), "zzz");
}

TEST(shared_bytes, a_writer_that_throws_leaks_nothing) {
  const auto write = [](std::span<char>) { throw std::runtime_error("no"); };
  EXPECT_THROW(static_cast<void>(shared_bytes::written(8, write)), std::runtime_error);
}

TEST(shared_bytes, threads_copy_and_drop_without_losing_count) {
  const shared_bytes bytes = shared_bytes::copy_of("shared");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([bytes] {
        for (int round = 0; round < 10'000; ++round) {
          const shared_bytes copy = bytes;
          ASSERT_EQ(copy.view(), "shared");
        }
      });
    }
  }
  EXPECT_EQ(bytes.use_count(), 1U);
}

}  // namespace
}  // namespace troupe::core
