#include "gateway/client_admission.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using refusal = client_admission::refusal;
using section = core::configuration::client_section;

class client_admissions : public testing::Test {
 protected:
  /// True when let in: then it stays.
  std::expected<void, refusal> enter(const std::string& address, time_point when = {}) {
    auto place = hall.try_enter(address, rules, when);
    if (!place) return std::unexpected(place.error());
    inside.push_back(*std::move(place));
    return {};
  }

  section rules;
  client_admission hall{1'000'000, time_point{}};
  std::vector<client_admission::place> inside;
};

TEST_F(client_admissions, admits_as_many_as_the_limit_of_now_says) {
  rules.connection_limit = 2;
  EXPECT_TRUE(enter("192.0.2.1"));
  EXPECT_TRUE(enter("192.0.2.2"));
  EXPECT_EQ(enter("192.0.2.3").error(), refusal::full);
  rules.connection_limit = 3;
  EXPECT_TRUE(enter("192.0.2.3"));
  EXPECT_EQ(hall.taken(), 3U);
  inside.clear();
  EXPECT_EQ(hall.taken(), 0U);
}

TEST_F(client_admissions, admits_so_many_of_one_address_and_who_leaves_makes_room) {
  rules.connection_limit_per_address = 2;
  EXPECT_TRUE(enter("192.0.2.1"));
  EXPECT_TRUE(enter("192.0.2.1"));
  EXPECT_EQ(enter("192.0.2.1").error(), refusal::full_for_address);
  EXPECT_TRUE(enter("192.0.2.2"));
  inside.erase(inside.begin());
  EXPECT_TRUE(enter("192.0.2.1"));
  EXPECT_EQ(hall.taken(), 3U);  // a refusal took no place in all
}

TEST_F(client_admissions, a_network_of_64_bits_is_one_address) {
  rules.connection_limit_per_address = 1;
  EXPECT_TRUE(enter("2001:db8:1:2::1"));
  EXPECT_EQ(enter("2001:db8:1:2:ffff::1").error(), refusal::full_for_address);
  EXPECT_TRUE(enter("2001:db8:1:3::1"));
}

TEST_F(client_admissions, admits_so_many_a_second_in_all) {
  rules.connection_rate_limit = 2;
  EXPECT_TRUE(enter("192.0.2.1"));
  EXPECT_TRUE(enter("192.0.2.2"));
  EXPECT_EQ(enter("192.0.2.3").error(), refusal::too_fast);
  EXPECT_TRUE(enter("192.0.2.3", time_point{} + 500ms));
}

TEST_F(client_admissions, one_address_in_haste_takes_nothing_from_the_others) {
  rules.connection_rate_limit = 4;
  rules.connection_rate_limit_per_address = 2;
  EXPECT_TRUE(enter("192.0.2.1"));
  EXPECT_TRUE(enter("192.0.2.1"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(enter("192.0.2.1").error(), refusal::too_fast_for_address);
  }
  EXPECT_TRUE(enter("192.0.2.2"));
  EXPECT_TRUE(enter("192.0.2.2"));
  EXPECT_EQ(enter("192.0.2.3").error(), refusal::too_fast);
}

TEST_F(client_admissions, addresses_that_have_left_are_forgotten) {
  rules.connection_rate_limit_per_address = 1;
  const auto number = [](int i) {
    return "10." + std::to_string(i / 65536) + '.' + std::to_string(i / 256 % 256) + '.' +
           std::to_string(i % 256);
  };
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(enter(number(i)));
  EXPECT_EQ(hall.addresses(), 5000U);
  inside.clear();
  EXPECT_TRUE(enter("192.0.2.1", time_point{} + 2s));
  EXPECT_EQ(hall.addresses(), 1U);
}

TEST_F(client_admissions, a_flood_from_everywhere_is_held_as_one_address) {
  rules.connection_rate_limit_per_address = 1;
  std::uint32_t next = 0;
  const auto stranger = [&next] {
    ++next;
    return std::to_string(11 + next / 16'777'216) + '.' + std::to_string(next / 65536 % 256) + '.' +
           std::to_string(next / 256 % 256) + '.' + std::to_string(next % 256);
  };
  const auto known = hall.try_enter("192.0.2.1", rules, {});
  while (hall.addresses() < client_admission::addresses_max) {
    ASSERT_TRUE(hall.try_enter(stranger(), rules, {}));
  }
  EXPECT_TRUE(hall.try_enter(stranger(), rules, {}));  // the first of all others
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(hall.try_enter(stranger(), rules, {}));
  EXPECT_LE(hall.addresses(), client_admission::addresses_max + 1);
  EXPECT_TRUE(hall.try_enter("192.0.2.1", rules, time_point{} + 1s));
}

}  // namespace
}  // namespace troupe::gateway
