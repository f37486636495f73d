// What the simulation does to actors, nodes and clocks.
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/sim_node.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct note {
  int value;
};
struct notes {
  using reply = std::vector<int>;
};
struct wait_a_second {
  using reply = int;
};
class book final : public actor {
 public:
  void on(note m) { seen_.push_back(m.value); }
  std::vector<int> on(notes) { return seen_; }
  task<int> on(wait_a_second) { co_return co_await sleep(1s) ? 7 : -1; }

 private:
  std::vector<int> seen_;
};

std::vector<int> read(sim::simulation& world, const ref<book>& of) {
  return world.system().ask(of, notes{}, 1h).value();
}

type_statistics of_books(const std::vector<type_statistics>& all) {
  for (const auto& each : all) {
    if (each.actor_type.ends_with("book")) return each;
  }
  throw std::logic_error("there is no book");
}

TEST(faults, an_actor_that_is_made_to_fail_loses_its_next_message_and_its_state) {
  int failures = 0;
  sim::simulation world(1, {.on_failure = [&](const failure& cause, directive) {
                          EXPECT_EQ(cause.what, "injected by the simulation");
                          ++failures;
                        }});
  auto one = world.system().spawn<book>();
  one.tell(note{1});
  world.settle();
  world.fail(one);
  one.tell(note{2});
  one.tell(note{3});
  world.run_for(1s);
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(read(world, one), std::vector{3});
  EXPECT_EQ(world.faults().throws, 1U);
  const type_statistics figures = of_books(world.system().statistics());
  EXPECT_EQ(figures.failed_messages, 1U);
  EXPECT_EQ(figures.restarts, 1U);
  EXPECT_EQ(figures.accepted, figures.handled + figures.failed_messages);
}

TEST(faults, an_idle_actor_that_is_made_to_fail_fails_as_well) {
  sim::simulation world(1);
  auto one = world.system().spawn<book>();
  one.tell(note{1});
  world.settle();
  world.fail(one);
  world.run_for(1s);
  EXPECT_EQ(read(world, one), std::vector<int>{});
}

struct begin {};
class asker final : public actor {
 public:
  asker(ref<book> whom, int& answer) : whom_(whom), answer_(answer) {}
  task<void> on(begin) { answer_ = (co_await whom_.ask(wait_a_second{}, 10s)).value(); }

 private:
  ref<book> whom_;
  int& answer_;
};

TEST(faults, a_suspended_handler_that_is_made_to_fail_sees_its_waits_cancelled) {
  sim::simulation world(1);
  int answer = 0;
  auto one = world.system().spawn<book>();
  world.system().spawn<asker>(one, std::ref(answer)).tell(begin{});
  one.tell(note{1});
  world.run_for(500ms);
  world.fail(one);
  world.settle();
  EXPECT_EQ(answer, -1);
  world.run_for(1s);
  EXPECT_EQ(of_books(world.system().statistics()).restarts, 1U);
}

TEST(faults, a_paused_actor_handles_nothing_until_its_time_has_come) {
  sim::simulation world(1);
  auto one = world.system().spawn<book>();
  world.settle();
  world.pause(one, 5s);
  const time_point before = world.now();
  one.tell(note{1});
  EXPECT_EQ(read(world, one), std::vector{1});
  EXPECT_EQ(world.now() - before, 5s);
}

TEST(faults, a_flooded_actor_refuses_messages_until_its_time_has_come) {
  sim::simulation world(1);
  auto one = world.system().spawn<book>(spawn_options{.mailbox_capacity = 10});
  world.settle();
  world.flood(one, 5s);
  EXPECT_EQ(one.tell(note{1}), tell_status::mailbox_full);
  world.run_for(6s);
  EXPECT_EQ(one.tell(note{2}), tell_status::accepted);
  EXPECT_EQ(read(world, one), std::vector{2});
}

TEST(faults, those_that_are_planned_come_where_the_seed_says_and_can_be_taken_back) {
  const sim::fault_plan plan{.throws = 2,
                             .out_of_memory = 1,
                             .pauses = 3,
                             .floods = 1,
                             .clock_steps = 1,
                             .hits = [](std::string_view type) { return type.ends_with("book"); }};
  const auto run = [&](std::uint64_t seed, std::optional<sim::choice_log> replay) {
    sim::simulation world(seed, {.faults = plan, .replay = std::move(replay)});
    for (int i = 0; i < 3; ++i) world.system().spawn<book>();
    world.run_for(11s);
    return std::pair(world.faults().all(), world.trace_hash());
  };
  EXPECT_EQ(run(3, {}).first, 8U);
  EXPECT_EQ(run(3, {}), run(3, {}));
  EXPECT_NE(run(3, {}).second, run(4, {}).second);
  EXPECT_EQ(run(3, sim::choice_log{}).first, 0U);
}

TEST(faults, messages_that_take_their_time_still_come_in_the_order_sent) {
  sim::simulation world(5, {.delay_max = 1s});
  auto one = world.system().spawn<book>();
  std::vector<int> sent;
  const time_point before = world.now();
  for (int i = 0; i < 100; ++i) {
    one.tell(note{i});
    sent.push_back(i);
    world.run_for(1ms);
  }
  EXPECT_EQ(read(world, one), sent);
  EXPECT_GT(world.now() - before, 100ms);
}

TEST(faults, blocking_work_takes_its_time) {
  struct work {
    using reply = int;
  };
  class worker final : public actor {
   public:
    task<int> on(work) {
      co_return co_await offload([] { return 3; }) == 3 ? 3 : 0;
    }
  };
  bool took_time = false;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    sim::simulation world(seed, {.offload_max = 1s});
    auto one = world.system().spawn<worker>();
    const time_point before = world.now();
    EXPECT_EQ(world.system().ask(one, work{}, 1h).value(), 3);
    took_time = took_time || world.now() > before;
  }
  EXPECT_TRUE(took_time);
}

// Counts what it runs: messages, and the hook at its end.
class mourned final : public actor {
 public:
  explicit mourned(int& ran) : ran_(ran) {}
  void on(note) { ++ran_; }
  task<void> stopping() {
    ++ran_;
    co_return;
  }

 private:
  int& ran_;
};

TEST(nodes, a_crash_runs_no_hook_and_loses_what_was_queued) {
  sim::simulation world(1);
  int ran = 0;
  {
    sim::node server(world);
    auto one = server.system().spawn<mourned>(std::ref(ran));
    world.settle();
    one.tell(note{1});
    server.crash();
    world.run_for(1s);
    EXPECT_TRUE(server.crashed());
    EXPECT_EQ(one.tell(note{2}), tell_status::stopped);
  }
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(world.faults().crashes, 1U);
}

TEST(nodes, one_that_does_not_crash_shuts_down_in_order) {
  sim::simulation world(1);
  int stopped = 0;
  {
    sim::node server(world);
    server.system().spawn<mourned>(std::ref(stopped));
    world.settle();
  }
  EXPECT_EQ(stopped, 1);
}

TEST(nodes, a_paused_node_is_still_while_others_run) {
  sim::simulation world(1);
  sim::node other(world);
  auto here = world.system().spawn<book>();
  auto there = other.system().spawn<book>();
  world.settle();
  other.pause(10s);
  here.tell(note{1});
  there.tell(note{1});
  world.run_for(5s);
  EXPECT_EQ(here.mailbox_depth(), 0U);
  EXPECT_EQ(there.mailbox_depth(), 1U);
  world.run_for(6s);
  EXPECT_EQ(there.mailbox_depth(), 0U);
}

TEST(nodes, each_has_a_wall_clock_of_its_own) {
  struct tell_time {
    using reply = wall_time;
  };
  class clock final : public actor {
   public:
    wall_time on(tell_time) { return wall_now(); }
  };
  sim::simulation world(1);
  sim::node other(world);
  other.set_clock_ahead(-1h);
  auto here = world.system().spawn<clock>();
  auto there = other.system().spawn<clock>();
  EXPECT_EQ(world.system().ask(here, tell_time{}, 1s).value() -
                other.system().ask(there, tell_time{}, 1s).value(),
            1h);
}

}  // namespace
}  // namespace troupe
