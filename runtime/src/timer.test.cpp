#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct tick {
  int tag;
};
struct start {
  using reply = timer_id;
  int tag;
  duration delay;
  duration period;
};
struct cancel_timer {
  using reply = bool;
  timer_id timer;
};
struct seen {
  using reply = std::vector<int>;
};
struct block {
  duration length;
};
struct fail_now {};

class timed final : public actor {
 public:
  timer_id on(start m) {
    return m.period > 0s ? send_every(m.period, tick{m.tag}) : send_after(m.delay, tick{m.tag});
  }
  bool on(cancel_timer m) { return cancel(m.timer); }
  void on(fail_now) { throw std::runtime_error("on purpose"); }
  void on(tick m) { seen_.push_back(m.tag); }
  std::vector<int> on(seen) { return seen_; }
  task<> on(block m) { co_await sleep(m.length); }

 private:
  std::vector<int> seen_;
};

class timers : public testing::Test {
 protected:
  std::vector<int> ticks() { return world.system().ask(actor, seen{}, 1ms).value(); }
  timer_id begin(int tag, duration delay, duration period = 0s) {
    return world.system().ask(actor, start{tag, delay, period}, 1ms).value();
  }
  sim::simulation world{1};
  ref<timed> actor = world.system().spawn<timed>();
};

TEST_F(timers, send_after_sends_once_in_order_of_time) {
  begin(2, 200ms);
  begin(1, 100ms);
  world.run_for(150ms);
  EXPECT_EQ(ticks(), std::vector{1});
  world.run_for(10s);
  EXPECT_EQ(ticks(), (std::vector{1, 2}));
}

TEST_F(timers, send_every_repeats_until_it_is_cancelled) {
  const timer_id timer = begin(1, 0s, 100ms);
  world.run_for(350ms);
  EXPECT_EQ(ticks().size(), 3U);
  EXPECT_TRUE(world.system().ask(actor, cancel_timer{timer}, 1ms).value());
  EXPECT_FALSE(world.system().ask(actor, cancel_timer{timer}, 1ms).value());
  world.run_for(10s);
  EXPECT_EQ(ticks().size(), 3U);
}

TEST_F(timers, a_cancelled_timer_sends_nothing) {
  const timer_id timer = begin(1, 100ms);
  EXPECT_TRUE(world.system().ask(actor, cancel_timer{timer}, 1ms).value());
  world.run_for(10s);
  EXPECT_TRUE(ticks().empty());
}

TEST_F(timers, tick_while_a_handler_is_suspended_and_are_handled_after_it) {
  begin(1, 0s, 100ms);
  actor.tell(block{1s});
  world.run_for(950ms);
  EXPECT_EQ(actor.mailbox_depth(), 1U) << "timers do not take room in the mailbox";
  world.run_for(100ms);
  EXPECT_EQ(ticks().size(), 10U);
}

TEST_F(timers, are_gone_with_the_instance_that_set_them) {
  begin(1, 0s, 100ms);
  begin(2, 500ms);
  actor.tell(fail_now{});
  world.run_for(2s);
  EXPECT_TRUE(ticks().empty()) << "the instance after the restart has set none";
}

TEST_F(timers, are_gone_with_the_actor) {
  begin(1, 1h);
  actor.stop();
  ASSERT_TRUE(world.system().wait_stopped(actor, 1s));
  world.settle();
  const auto turns = world.turns();
  world.run_for(2h);
  EXPECT_EQ(world.turns(), turns) << "nothing was left to wake up for";
}

class stopwatch final : public actor {
 public:
  struct measure {
    using reply = duration;
  };
  task<duration> on(measure) {
    const time_point before = now();
    co_await sleep(20ms);
    co_return now() - before;
  }
};

// Never answers in time.
class silent final : public actor {
 public:
  struct question {
    using reply = int;
  };
  task<int> on(question) {
    co_await sleep(1h);
    co_return 0;
  }
};

class asker final : public actor {
 public:
  struct give_up {
    using reply = bool;
    ref<silent> whom;
    duration within;
  };
  task<bool> on(give_up m) {
    co_return !(co_await m.whom.ask(silent::question{}, m.within)).has_value();
  }
};

TEST(timers_in_real_time, do_not_end_an_ask_early) {
  system system({.workers = 2});
  auto actor = system.spawn<asker>();
  for (int i = 0; i < 5; ++i) {
    for (const duration within : {duration(20ms), duration(100ms)}) {
      auto whom = system.spawn<silent>();
      const auto before = std::chrono::steady_clock::now();
      EXPECT_TRUE(system.ask(actor, asker::give_up{whom, within}, 10s).value());
      EXPECT_GE(std::chrono::steady_clock::now() - before, within);
    }
  }
}

// Asks after a message of the same turn that has taken its time.
class late_asker final : public actor {
 public:
  struct take_time {};
  struct measure {
    using reply = duration;
    ref<silent> whom;
  };
  void on(take_time) {
    const time_point began = now();
    while (std::chrono::steady_clock::now().time_since_epoch() < began.time_since_epoch() + 50ms) {
    }
  }
  task<duration> on(measure m) {
    const auto before = std::chrono::steady_clock::now();
    if (co_await m.whom.ask(silent::question{}, 20ms)) std::abort();
    co_return std::chrono::steady_clock::now() - before;
  }
};

TEST(timers_in_real_time, count_from_the_ask_and_not_from_the_begin_of_its_turn) {
  system system({.workers = 2});
  auto actor = system.spawn<late_asker>();
  auto whom = system.spawn<silent>();
  actor.tell(late_asker::take_time{});
  EXPECT_GE(system.ask(actor, late_asker::measure{whom}, 10s).value(), 20ms);
}

TEST(timers_in_real_time, do_not_fire_early) {
  system system({.workers = 2});
  auto actor = system.spawn<stopwatch>();
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(system.ask(actor, stopwatch::measure{}, 10s).value(), 20ms);
  }
}

}  // namespace
}  // namespace troupe
