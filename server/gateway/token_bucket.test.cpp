#include "gateway/token_bucket.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;

int taken_at_once(token_bucket& bucket, std::size_t per_second, time_point now) {
  int taken = 0;
  while (bucket.take(per_second, now)) ++taken;
  return taken;
}

TEST(token_bucket, gives_a_second_s_worth_at_once_and_then_as_time_passes) {
  const time_point start{};
  token_bucket bucket(start);
  EXPECT_EQ(taken_at_once(bucket, 5, start), 5);
  EXPECT_EQ(taken_at_once(bucket, 5, start + 100ms), 0);
  EXPECT_EQ(taken_at_once(bucket, 5, start + 400ms), 2);
  EXPECT_EQ(taken_at_once(bucket, 5, start + 1h), 5);
}

TEST(token_bucket, an_earlier_clock_changes_nothing) {
  const time_point start = time_point{} + 1h;
  token_bucket bucket(start);
  EXPECT_EQ(taken_at_once(bucket, 1, start), 1);
  EXPECT_EQ(taken_at_once(bucket, 1, start - 10s), 0);
  EXPECT_EQ(taken_at_once(bucket, 1, start + 1s), 1);
}

TEST(token_bucket, is_full_again_when_all_has_come_back) {
  const time_point start{};
  token_bucket bucket(start);
  EXPECT_TRUE(bucket.full(2, start));
  taken_at_once(bucket, 2, start);
  EXPECT_FALSE(bucket.full(2, start + 900ms));
  EXPECT_TRUE(bucket.full(2, start + 1s));
}

}  // namespace
}  // namespace troupe::gateway
