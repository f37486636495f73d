#include "adapters/process/process_cost.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe::adapters {
namespace {

TEST(process_cost, tells_the_memory_that_is_in_use) {
  const auto before = measure_process();
  EXPECT_GT(before.rss_bytes, 1024U * 1024U);
  constexpr std::size_t taken = 64 * 1024 * 1024;
  const std::vector<char> touched(taken, 'x');
  EXPECT_GE(measure_process().rss_bytes, before.rss_bytes + taken / 2) << touched.size();
}

TEST(process_cost, tells_the_time_that_was_worked) {
  const auto before = measure_process();
  volatile std::uint64_t work = 0;
  while (measure_process().cpu_time <= before.cpu_time) work = work + 1;
  EXPECT_GT(measure_process().cpu_time, before.cpu_time);
}

}  // namespace
}  // namespace troupe::adapters
