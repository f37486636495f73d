#include "services/hub/recent_keys.hpp"

#include <string>

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

constexpr time_point start{std::chrono::hours(1)};

TEST(recent_keys, know_a_key_for_its_time) {
  recent_keys keys;
  EXPECT_TRUE(keys.insert("a", start));
  EXPECT_TRUE(keys.insert("b", start + std::chrono::minutes(1)));
  EXPECT_FALSE(keys.insert("a", start + ports::idempotency_ttl - std::chrono::milliseconds(1)));
  EXPECT_TRUE(keys.insert("a", start + ports::idempotency_ttl)) << "a repetition prolongs nothing";
  EXPECT_FALSE(keys.insert("b", start + ports::idempotency_ttl));
}

TEST(recent_keys, know_only_the_newest) {
  recent_keys keys;
  for (std::size_t i = 0; i <= recent_keys::keys_max; ++i) {
    ASSERT_TRUE(keys.insert(std::to_string(i), start));
  }
  EXPECT_FALSE(keys.insert("1", start));
  EXPECT_TRUE(keys.insert("0", start));
}

TEST(recent_keys, are_none_when_all_are_over) {
  recent_keys keys;
  EXPECT_TRUE(keys.empty());
  keys.insert("a", start);
  EXPECT_FALSE(keys.empty());
  keys.forget(start + ports::idempotency_ttl);
  EXPECT_TRUE(keys.empty());
}

}  // namespace
}  // namespace troupe::hub
