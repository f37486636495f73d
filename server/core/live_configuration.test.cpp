#include "core/live_configuration.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

configuration with_origins(std::vector<std::string> origins) {
  configuration made;
  made.client.allowed_origins = std::move(origins);
  return made;
}

TEST(live_configuration, a_replacement_is_what_is_read_from_then_on) {
  const configuration first = with_origins({"https://one.example"});
  live_configuration live(first);
  EXPECT_EQ(&live.current(), &first);
  EXPECT_TRUE(live.replace(with_origins({"https://two.example"})));
  EXPECT_EQ(live.current().client.allowed_origins.front(), "https://two.example");
}

TEST(live_configuration, what_was_read_before_a_replacement_stays_good) {
  const configuration first;
  live_configuration live(first);
  EXPECT_TRUE(live.replace(with_origins({"https://two.example"})));
  const configuration& second = live.current();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(live.replace(with_origins({"https://" + std::to_string(i) + ".example"})));
  }
  EXPECT_EQ(second.client.allowed_origins.front(), "https://two.example");
}

TEST(live_configuration, the_same_again_takes_no_room) {
  const configuration first;
  live_configuration live(first);
  for (std::size_t i = 0; i < 2 * live_configuration::replacements_max; ++i) {
    ASSERT_TRUE(live.replace(first));
  }
  EXPECT_EQ(&live.current(), &first);
}

TEST(live_configuration, after_the_last_replacement_the_one_in_use_stays) {
  const configuration first;
  live_configuration live(first);
  for (std::size_t i = 1; i <= live_configuration::replacements_max; ++i) {
    configuration next;
    next.client.user_connection_limit = i;
    ASSERT_TRUE(live.replace(next));
  }
  EXPECT_FALSE(live.replace(first));
  EXPECT_EQ(live.current().client.user_connection_limit, live_configuration::replacements_max);
}

TEST(live_configuration, a_reader_sees_one_or_the_other_as_a_whole) {
  const configuration first = with_origins({"0", "0"});
  live_configuration live(first);
  std::atomic<bool> done = false;
  std::thread reader([&] {
    do {
      const auto& seen = live.current().client.allowed_origins;
      ASSERT_EQ(seen[0], seen[1]);
    } while (!done);
  });
  for (int i = 1; i <= 500; ++i) {
    EXPECT_TRUE(live.replace(with_origins({std::to_string(i), std::to_string(i)})));
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace troupe::core
