#include "gateway/admission.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

TEST(admission, admits_as_many_as_there_are_places) {
  admission hall(2);
  auto first = hall.try_enter();
  auto second = hall.try_enter();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(hall.try_enter());
  EXPECT_EQ(hall.taken(), 2U);
}

TEST(admission, a_place_that_is_given_back_can_be_taken_again) {
  admission hall(1);
  auto only = hall.try_enter();
  ASSERT_TRUE(only);
  {
    const admission::place moved = *std::move(only);
    EXPECT_FALSE(hall.try_enter());
  }
  EXPECT_EQ(hall.taken(), 0U);
  EXPECT_TRUE(hall.try_enter());
}

TEST(admission, a_lower_limit_sends_nobody_away_but_admits_nobody_until_there_is_room) {
  admission hall(2);
  auto first = hall.try_enter();
  auto second = hall.try_enter();
  hall.set_limit(1);
  EXPECT_EQ(hall.taken(), 2U);
  first.reset();
  EXPECT_FALSE(hall.try_enter());
  second.reset();
  EXPECT_TRUE(hall.try_enter());
}

TEST(admission, never_admits_too_many_from_several_threads) {
  admission hall(3);
  std::atomic<bool> exceeded = false;
  std::atomic<std::size_t> inside = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20'000; ++round) {
        const auto place = hall.try_enter();
        if (!place) continue;
        if (inside.fetch_add(1) >= 3) exceeded = true;
        inside.fetch_sub(1);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(hall.taken(), 0U);
}

}  // namespace
}  // namespace troupe::gateway
