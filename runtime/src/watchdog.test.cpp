#include "watchdog.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

#include "latch.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{1s};

TEST(stall_detector, reports_a_message_that_does_not_end_at_the_threshold_and_its_doubles) {
  detail::stall_detector detector;
  std::vector<duration> reports;
  for (duration at = 0ms; at <= 1000ms; at += 10ms) {
    const auto found = detector.look({.turn = 5, .progress = 3}, start + at, 100ms);
    if (!found) continue;
    reports.push_back(found->held);
    EXPECT_EQ(found->report, reports.size());
  }
  EXPECT_EQ(reports, (std::vector<duration>{100ms, 200ms, 400ms, 800ms}));
}

TEST(stall_detector, a_turn_of_many_messages_is_not_one_that_does_not_end) {
  detail::stall_detector detector;
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_FALSE(detector.look({.turn = 5, .progress = i}, start + i * 90ms, 100ms));
  }
}

TEST(stall_detector, a_worker_between_two_turns_is_not_held) {
  detail::stall_detector detector;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(detector.look({.turn = 6, .progress = 0}, start + i * 100ms, 100ms));
    EXPECT_FALSE(detector.held());
  }
}

TEST(stall_detector, a_second_occurrence_is_reported_from_the_beginning) {
  detail::stall_detector detector;
  detector.look({.turn = 5, .progress = 0}, start, 100ms);
  EXPECT_EQ(detector.look({.turn = 5, .progress = 0}, start + 150ms, 100ms)->report, 1u);
  EXPECT_FALSE(detector.look({.turn = 7, .progress = 0}, start + 160ms, 100ms));
  EXPECT_FALSE(detector.look({.turn = 7, .progress = 0}, start + 250ms, 100ms));
  EXPECT_EQ(detector.look({.turn = 7, .progress = 0}, start + 260ms, 100ms)->report, 1u);
}

TEST(stall_detector, without_a_threshold_it_knows_who_is_held_and_reports_nobody) {
  detail::stall_detector detector;
  detector.look({.turn = 5, .progress = 0}, start, 0ms);
  EXPECT_FALSE(detector.look({.turn = 5, .progress = 0}, start + 24h, 0ms));
  EXPECT_TRUE(detector.held());
}

TEST(exit_detector, tells_when_a_mass_exit_has_ended_and_for_a_while_after_it) {
  detail::exit_detector exits;
  time_point now = start;
  for (std::uint64_t alive = 0; alive <= 200'000; alive += 10'000) {
    EXPECT_FALSE(exits.look(alive, now += 10ms));
  }
  for (std::uint64_t alive = 200'000; alive > 0; alive -= 10'000) {
    EXPECT_FALSE(exits.look(alive, now += 10ms));
  }
  EXPECT_FALSE(exits.look(10, now += 10ms)) << "this look still saw ten thousand go";
  const time_point ended = now += 10ms;
  std::vector<duration> told;
  do {
    if (exits.look(10, now)) told.push_back(now - ended);
    now += 10ms;
  } while (exits.pending() && now < ended + 1min);
  EXPECT_EQ(told, (std::vector<duration>{0ms, 250ms, 1s, 3s}));
  EXPECT_FALSE(exits.look(10, now + 1h));
}

TEST(exit_detector, does_not_mind_few_that_come_and_go) {
  detail::exit_detector exits;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    EXPECT_FALSE(exits.look(100'000 - i % 2 * 40'000, start + 10ms * i));
    EXPECT_FALSE(exits.pending());
  }
}

struct hold {};

// Holds its worker until the test lets it go.
class holder final : public actor {
 public:
  holder(detail::latch& holds, detail::latch& let_go) : holds_(holds), let_go_(let_go) {}
  void on(hold) {
    holds_.set();
    let_go_.wait(60s);
  }

 private:
  detail::latch& holds_;
  detail::latch& let_go_;
};

TEST(watchdog, a_handler_that_does_not_return_is_reported_with_actor_message_worker_and_time) {
  detail::latch holds;
  detail::latch let_go;
  std::mutex mutex;
  std::vector<stall> reports;
  troupe::system system({.workers = 2, .stall_threshold = 20ms, .on_stall = [&](const stall& s) {
                           const std::scoped_lock lock(mutex);
                           reports.push_back(s);
                           if (reports.size() == 3) let_go.set();
                         }});
  auto actor = system.spawn<holder>(spawn_options{.worker = 1}, std::ref(holds), std::ref(let_go));
  actor.tell(hold{});
  ASSERT_TRUE(let_go.wait(30s)) << "nobody reported";
  ASSERT_TRUE(system.shutdown(30s).still_running.empty());
  ASSERT_GE(reports.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(reports[i].actor, actor.id());
    EXPECT_EQ(reports[i].actor_type, type_name<holder>());
    EXPECT_EQ(reports[i].message, type_name<hold>());
    EXPECT_EQ(reports[i].worker, 1u);
    EXPECT_EQ(reports[i].report, i + 1);
    EXPECT_GE(reports[i].held, 20ms * (1 << i));
  }
  for (const type_statistics& each : system.statistics()) {
    if (each.actor_type == type_name<holder>()) EXPECT_EQ(each.stalled, 1u) << "one occurrence";
  }
}

TEST(watchdog, wakes_up_with_the_workers_after_a_time_of_quiet) {
  detail::latch holds;
  detail::latch let_go;
  troupe::system system(
      {.workers = 2, .stall_threshold = 20ms, .on_stall = [&](const stall&) { let_go.set(); }});
  auto actor = system.spawn<holder>(std::ref(holds), std::ref(let_go));
  // Many looks long, so that it sleeps by now; where it does not yet, the test proves less.
  detail::latch nothing;
  EXPECT_FALSE(nothing.wait(300ms));
  actor.tell(hold{});
  EXPECT_TRUE(let_go.wait(30s)) << "it has slept through it";
  let_go.set();
}

struct run_now {};
class runs_at_once final : public actor {
 public:
  explicit runs_at_once(detail::latch& ran) : ran_(ran) {}
  void on(run_now) { ran_.set(); }

 private:
  detail::latch& ran_;
};

struct tell_and_hold {
  ref<runs_at_once> whom;
};
class tells_and_holds final : public actor {
 public:
  explicit tells_and_holds(detail::latch& let_go) : let_go_(let_go) {}
  void on(tell_and_hold m) {
    m.whom.tell(run_now{});  // to this worker's own queue, where it is the only one
    let_go_.wait(60s);
  }

 private:
  detail::latch& let_go_;
};

TEST(watchdog, what_a_held_worker_has_queued_is_run_by_another) {
  detail::latch ran;
  detail::latch let_go;
  troupe::system system({.workers = 2, .stall_threshold = 0ms});
  auto other = system.spawn<runs_at_once>(std::ref(ran));
  auto actor = system.spawn<tells_and_holds>(std::ref(let_go));
  // Until both workers sleep; where one does not yet, it finds the work by itself.
  detail::latch nothing;
  EXPECT_FALSE(nothing.wait(300ms));
  actor.tell(tell_and_hold{other});
  EXPECT_TRUE(ran.wait(30s)) << "it waits behind a handler that does not return";
  let_go.set();
}

TEST(watchdog, what_comes_from_outside_goes_past_a_held_worker) {
  detail::latch holds;
  detail::latch let_go;
  troupe::system system({.workers = 2, .stall_threshold = 0ms});
  auto actor = system.spawn<holder>(spawn_options{.worker = 0}, std::ref(holds), std::ref(let_go));
  actor.tell(hold{});
  ASSERT_TRUE(holds.wait(30s));
  for (int i = 0; i < 10; ++i) {
    detail::latch ran;
    system.spawn<runs_at_once>(std::ref(ran)).tell(run_now{});
    EXPECT_TRUE(ran.wait(30s));
  }
  let_go.set();
}

}  // namespace
}  // namespace troupe
