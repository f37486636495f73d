#include "adapters/process/process_events.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace troupe::adapters {
namespace {

using namespace std::chrono_literals;
using event = process_events::event;

TEST(process_events, a_signal_to_end_is_an_event_and_not_an_end) {
  process_events events;
  for (const int signal : {SIGTERM, SIGINT}) {
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    EXPECT_EQ(events.wait(), event::asked_to_end);
  }
  EXPECT_EQ(events.wait(0ms), event::nothing);
}

TEST(process_events, a_hangup_asks_to_reload) {
  process_events events;
  ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
  EXPECT_EQ(events.wait(), event::asked_to_reload);
  EXPECT_EQ(events.wait(0ms), event::nothing);
}

TEST(process_events, a_wake_up_from_another_thread_ends_the_wait) {
  process_events events;
  std::thread other([&] { events.wake(); });
  EXPECT_EQ(events.wait(), event::woken);
  other.join();
  EXPECT_EQ(events.wait(1ms), event::nothing);
}

TEST(process_events, a_signal_counts_before_a_wake_up) {
  process_events events;
  events.wake();
  ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
  EXPECT_EQ(events.wait(), event::asked_to_end);
  EXPECT_EQ(events.wait(), event::woken);
}

TEST(process_events, a_pipe_that_nobody_reads_is_an_error_and_not_an_end) {
  process_events events;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
}

TEST(process_events, the_descriptor_limit_is_raised_to_what_is_allowed) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(process_events::raise_descriptor_limit(), limit.rlim_max);
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

}  // namespace
}  // namespace troupe::adapters
