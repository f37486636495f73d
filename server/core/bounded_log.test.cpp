#include "core/bounded_log.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/memory_log.hpp"

namespace troupe::core {
namespace {

using std::chrono::milliseconds;
using lines = std::vector<std::string>;

class bounded_log_test : public testing::Test {
 protected:
  void flood(int count) {
    for (int n = 0; n < count; ++n) bounded_->warn("refused", {{"n", n}});
  }
  lines written() const { return memory_.lines(); }
  std::unique_ptr<bounded_log> make(std::uint32_t per_second_max) {
    return std::make_unique<bounded_log>(memory_, [this] { return now_.load(); }, per_second_max);
  }

  std::atomic<wall_time> now_{wall_time(milliseconds(1'000'000))};
  memory_log memory_{log_level::info};
  std::unique_ptr<bounded_log> bounded_ = make(2);
};

TEST_F(bounded_log_test, passes_an_event_as_often_as_its_bound) {
  flood(2);
  EXPECT_EQ(written(), (lines{"warn  refused n=0", "warn  refused n=1"}));
}

TEST_F(bounded_log_test, sums_up_what_was_too_much_once_the_second_is_over) {
  flood(122);
  EXPECT_EQ(written().size(), 2U);
  now_ = now_.load() + milliseconds(1000);
  bounded_->warn("refused", {{"n", 122}});
  EXPECT_EQ(written(), (lines{"warn  refused n=0", "warn  refused n=1",
                              "warn  refused suppressed=120", "warn  refused n=122"}));
}

TEST_F(bounded_log_test, begins_anew_each_second) {
  flood(2);
  now_ = now_.load() + milliseconds(1000);
  flood(2);
  EXPECT_EQ(written().size(), 4U);
}

TEST_F(bounded_log_test, counts_each_event_apart) {
  flood(10);
  bounded_->info("listening");
  EXPECT_EQ(written().back(), "info  listening");
}

TEST_F(bounded_log_test, sums_up_when_another_event_comes_in_a_later_second) {
  flood(3);
  now_ = now_.load() + milliseconds(5000);
  bounded_->info("listening");
  EXPECT_EQ(written(), (lines{"warn  refused n=0", "warn  refused n=1",
                              "warn  refused suppressed=1", "info  listening"}));
}

TEST_F(bounded_log_test, sums_up_once_when_it_is_told_to) {
  flood(5);
  bounded_->settle();
  EXPECT_EQ(written().size(), 2U) << "the second is not over";
  now_ = now_.load() + milliseconds(1000);
  bounded_->settle();
  bounded_->settle();
  EXPECT_EQ(written(),
            (lines{"warn  refused n=0", "warn  refused n=1", "warn  refused suppressed=3"}));
}

TEST_F(bounded_log_test, sums_up_before_it_goes) {
  flood(5);
  bounded_.reset();
  EXPECT_EQ(written().back(), "warn  refused suppressed=3");
}

TEST_F(bounded_log_test, survives_a_clock_that_goes_back) {
  flood(3);
  now_ = now_.load() - milliseconds(3'600'000);
  flood(1);
  EXPECT_EQ(written(), (lines{"warn  refused n=0", "warn  refused n=1",
                              "warn  refused suppressed=1", "warn  refused n=0"}));
}

TEST_F(bounded_log_test, never_holds_back_a_fatal_message) {
  for (int n = 0; n < 5; ++n) bounded_->fatal("out of memory");
  EXPECT_EQ(written().size(), 5U);
}

TEST_F(bounded_log_test, does_not_count_what_is_below_the_level) {
  for (int n = 0; n < 5; ++n) bounded_->debug("refused");
  flood(2);
  EXPECT_FALSE(bounded_->enabled(log_level::debug));
  EXPECT_TRUE(bounded_->enabled(log_level::info));
  EXPECT_EQ(written().size(), 2U);
}

TEST_F(bounded_log_test, accounts_for_every_message_of_many_threads) {
  constexpr int thread_count = 4;
  constexpr int rounds = 5000;
  std::vector<std::thread> threads;
  for (int n = 0; n < thread_count; ++n) {
    threads.emplace_back([this] { flood(rounds); });
  }
  for (std::thread& each : threads) each.join();
  bounded_.reset();
  ASSERT_EQ(written().size(), 3U);
  EXPECT_EQ(written().back(),
            "warn  refused suppressed=" + std::to_string(thread_count * rounds - 2));
}

}  // namespace
}  // namespace troupe::core
