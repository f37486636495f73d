#include "core/counters.hpp"

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

TEST(counters, begin_at_zero) {
  const counters counted;
  EXPECT_EQ(counted.messages_sent.of(transport::sse).value(), 0U);
  EXPECT_EQ(counted.reply_errors.value(100), 0U);
  EXPECT_EQ(counted.disconnects.other(), 0U);
  EXPECT_EQ(counted.api_commands.value("publish"), 0U);
}

TEST(counters, lose_nothing_between_threads) {
  constexpr std::uint64_t thread_count = 4;
  constexpr std::uint64_t rounds = 20'000;
  counters counted;
  std::vector<std::thread> threads;
  for (std::uint64_t n = 0; n < thread_count; ++n) {
    threads.emplace_back([&counted] {
      for (std::uint64_t round = 0; round < rounds; ++round) {
        counted.deliveries.add(3);
        counted.disconnects.add(3001);
        counted.api_commands.add("history");
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(counted.deliveries.value(), thread_count * rounds * 3);
  EXPECT_EQ(counted.disconnects.value(3001), thread_count * rounds);
  EXPECT_EQ(counted.api_commands.value("history"), thread_count * rounds);
}

TEST(counters, keep_codes_apart_up_to_the_ends_of_their_ranges) {
  counters counted;
  counted.disconnects.add(3000);
  counted.disconnects.add(3014);
  counted.disconnects.add(3014);
  counted.disconnects.add(3500);
  counted.disconnects.add(3509);
  EXPECT_EQ(counted.disconnects.value(3000), 1U);
  EXPECT_EQ(counted.disconnects.value(3014), 2U);
  EXPECT_EQ(counted.disconnects.value(3500), 1U);
  EXPECT_EQ(counted.disconnects.value(3509), 1U);
  EXPECT_EQ(counted.disconnects.value(3001), 0U);
  EXPECT_EQ(counted.disconnects.other(), 0U);
}

TEST(counters, count_foreign_codes_together) {
  counters counted;
  for (const std::uint32_t code : {0U, 2999U, 3015U, 3499U, 3510U, 4000U, 0xffffffffU}) {
    counted.disconnects.add(code);
  }
  EXPECT_EQ(counted.disconnects.other(), 7U);
  decltype(counted.disconnects)::for_each_code(
      [&](std::uint32_t code) { EXPECT_EQ(counted.disconnects.value(code), 0U) << code; });
}

TEST(counters, name_every_code_of_the_ranges_once) {
  std::vector<std::uint32_t> codes;
  decltype(counters::disconnects)::for_each_code(
      [&](std::uint32_t code) { codes.push_back(code); });
  ASSERT_EQ(codes.size(), 25U);
  EXPECT_EQ(codes.front(), 3000U);
  EXPECT_EQ(codes[14], 3014U);
  EXPECT_EQ(codes[15], 3500U);
  EXPECT_EQ(codes.back(), 3509U);
}

TEST(counters, count_unknown_methods_together) {
  counters counted;
  counted.api_commands.add("publish");
  counted.api_commands.add("Publish");
  counted.api_commands.add("");
  counted.api_commands.add(std::string(100'000, 'x'));
  EXPECT_EQ(counted.api_commands.value("publish"), 1U);
  EXPECT_EQ(counted.api_commands.other(), 3U);
}

}  // namespace
}  // namespace troupe::core
