#include "core/ids.hpp"

#include <unordered_set>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

TEST(ids, a_client_id_is_a_version_4_uuid_of_the_bits_handed_in) {
  std::array<std::byte, 16> bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::byte>(0xf0 + i);
  EXPECT_EQ(make_client_id(bits).text(), "f0f1f2f3-f4f5-46f7-b8f9-fafbfcfdfeff");
  EXPECT_EQ(make_client_id(std::array<std::byte, 16>{}).text(),
            "00000000-0000-4000-8000-000000000000");
}

TEST(ids, equal_texts_are_equal_and_hash_alike) {
  std::unordered_set<user_id> users{user_id("alice")};
  EXPECT_TRUE(users.contains(user_id("alice")));
  EXPECT_FALSE(users.contains(user_id("bob")));
  EXPECT_LT(user_id("alice"), user_id("bob"));
  EXPECT_TRUE(user_id().empty());
}

// A user cannot be passed where a channel is meant.
static_assert(!std::is_convertible_v<user_id, channel_name>);
static_assert(!std::is_convertible_v<std::string, user_id>);

}  // namespace
}  // namespace troupe::core
