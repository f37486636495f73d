// Starting, stopping, shutting down.
#include <coroutine>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct work {
  using reply = int;
};
struct hang {};

class logging final : public actor {
 public:
  logging(std::string name, std::vector<std::string>& log, int depth)
      : name_(std::move(name)), log_(log) {
    if (depth > 0) spawn<logging>(name_ + ".1", std::ref(log), depth - 1);
    if (depth > 0) spawn<logging>(name_ + ".2", std::ref(log), depth - 1);
  }
  ~logging() override { log_.push_back("gone " + name_); }
  task<> stopping() {
    co_await sleep(10ms);
    log_.push_back("stopping " + name_);
  }
  int on(work) { return 1; }
  task<> on(hang) { co_await sleep(24h); }

 private:
  std::string name_;
  std::vector<std::string>& log_;
};

std::size_t place(const std::vector<std::string>& log, const std::string& what) {
  const auto found = std::find(log.begin(), log.end(), what);
  EXPECT_NE(found, log.end()) << what;
  return static_cast<std::size_t>(found - log.begin());
}

TEST(lifecycle, stopping_a_parent_stops_its_children_first) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    sim::simulation world(seed);
    std::vector<std::string> log;
    auto top = world.system().spawn<logging>("a", std::ref(log), 2);
    world.settle();
    const time_point before = world.now();
    top.stop();
    EXPECT_TRUE(world.system().wait_stopped(top, 1s)) << seed;
    EXPECT_EQ(world.now() - before, 30ms) << "one level after the other, seed " << seed;
    ASSERT_EQ(log.size(), 14U) << "seven actors, two lines each, seed " << seed;
    EXPECT_LT(place(log, "gone a.1.2"), place(log, "stopping a.1")) << seed;
    EXPECT_LT(place(log, "gone a.1"), place(log, "stopping a")) << seed;
    EXPECT_LT(place(log, "gone a.2"), place(log, "stopping a")) << seed;
    EXPECT_EQ(log.back(), "gone a") << seed;
  }
}

class remorseful final : public actor {
 public:
  explicit remorseful(std::vector<std::string>& log) : log_(log) {}
  ~remorseful() override { log_.push_back("gone parent"); }
  int on(work) { return 1; }
  task<> stopping() {
    spawn<logging>("child", std::ref(log_), 0);
    co_return;
  }

 private:
  std::vector<std::string>& log_;
};

TEST(lifecycle, a_child_spawned_while_stopping_stops_before_its_parent_too) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    sim::simulation world(seed);
    std::vector<std::string> log;
    auto parent = world.system().spawn<remorseful>(std::ref(log));
    world.settle();
    parent.stop();
    EXPECT_TRUE(world.system().wait_stopped(parent, 1s));
    ASSERT_FALSE(log.empty());
    EXPECT_EQ(log.back(), "gone parent") << "seed " << seed;
    for (const auto& type : world.system().statistics()) {
      if (type.actor_type.find("logging") == std::string_view::npos) continue;
      EXPECT_EQ(type.alive(), 0U) << "the parent left a child behind; seed " << seed;
    }
  }
}

TEST(lifecycle, a_stop_is_not_stuck_behind_a_backlog) {
  sim::simulation world(2);
  std::vector<std::string> log;
  auto actor = world.system().spawn<logging>("a", std::ref(log), 0);
  world.settle();
  actor.tell(hang{});
  for (int i = 0; i < 500; ++i) actor.tell(work{});
  world.settle();
  actor.stop();
  EXPECT_TRUE(world.system().wait_stopped(actor, 1s));
  for (const auto& type : world.system().statistics()) {
    if (type.actor_type == actor.type()) {
      EXPECT_EQ(type.dead_letters, 500U);
      EXPECT_EQ(type.queued, 0U);
    }
  }
}

struct get_stuck {};
class stuck final : public actor {
 public:
  task<> on(get_stuck) { co_await std::suspend_always{}; }  // no wait that could be cancelled
};

TEST(lifecycle, a_handler_that_does_not_end_when_its_waits_are_cancelled_has_failed) {
  sim::simulation world(2);
  auto actor = world.system().spawn<stuck>();
  actor.tell(get_stuck{});
  world.settle();
  actor.stop();
  ASSERT_TRUE(world.system().wait_stopped(actor, 1s));
  for (const auto& type : world.system().statistics()) {
    if (type.actor_type == actor.type()) {
      EXPECT_EQ(type.failed_messages, 1U);
      EXPECT_EQ(type.handled, 0U);
    }
  }
}

TEST(lifecycle, a_tell_to_a_stopped_actor_is_a_dead_letter) {
  sim::simulation world(3);
  std::vector<std::string> log;
  auto actor = world.system().spawn<logging>("a", std::ref(log), 0);
  actor.stop();
  ASSERT_TRUE(world.system().wait_stopped(actor, 1s));
  EXPECT_EQ(actor.tell(hang{}), tell_status::stopped);
  for (const auto& type : world.system().statistics()) {
    if (type.actor_type == actor.type()) {
      EXPECT_EQ(type.refused_stopped, 1U);
      EXPECT_EQ(type.accepted, 0U);
    }
  }
}

TEST(lifecycle, a_queued_ask_to_a_stopping_actor_fails_with_stopped) {
  class asker final : public actor {
   public:
    explicit asker(ref<logging> of) : of_(of) {}
    task<int> on(work m) {
      const auto result = co_await of_.ask(m, 1h);
      co_return result ? 0 : static_cast<int>(result.error().code);
    }

   private:
    ref<logging> of_;
  };
  sim::simulation world(4);
  std::vector<std::string> log;
  auto target = world.system().spawn<logging>("a", std::ref(log), 0);
  auto asking = world.system().spawn<asker>(target);
  target.tell(hang{});
  world.settle();
  struct stopper final : actor {
    explicit stopper(ref<logging> of) : of_(of) { send_after(100ms, hang{}); }
    void on(hang) { of_.stop(); }
    ref<logging> of_;
  };
  world.system().spawn<stopper>(target);
  EXPECT_EQ(world.system().ask(asking, work{}, 1s).value(), static_cast<int>(ask_errc::stopped));
}

TEST(lifecycle, shutdown_stops_everything_and_says_so) {
  std::vector<std::string> log;
  sim::simulation world(5);
  world.system().spawn<logging>("a", std::ref(log), 1);
  world.settle();
  EXPECT_TRUE(world.system().shutdown(1s).still_running.empty());
  EXPECT_EQ(log.size(), 6U);
}

class stubborn final : public actor {
 public:
  int on(work) { return 1; }
  task<> stopping() { co_await sleep(24h); }
};

TEST(lifecycle, shutdown_reports_what_did_not_stop_by_the_deadline) {
  sim::simulation world(6);
  world.system().spawn<stubborn>();
  world.settle();
  const auto report = world.system().shutdown(1s);
  ASSERT_EQ(report.still_running.size(), 1U);
  EXPECT_NE(report.still_running[0].find("stubborn"), std::string::npos);
}

TEST(lifecycle, shutdown_of_workers_reports_and_ends_too) {
  system system({.workers = 2});
  auto actor = system.spawn<stubborn>();
  ASSERT_EQ(system.ask(actor, work{}, 10s).value(), 1) << "it runs";
  EXPECT_EQ(system.shutdown(50ms).still_running.size(), 1U);
}

TEST(lifecycle, actors_spawned_after_a_shutdown_are_stopped) {
  std::vector<std::string> log;
  system system({.workers = 1});
  system.shutdown(10s);
  auto late = system.spawn<logging>("late", std::ref(log), 0);
  EXPECT_EQ(late.tell(hang{}), tell_status::stopped);
  EXPECT_TRUE(log.empty()) << "never constructed";
}

TEST(lifecycle, spawning_and_stopping_from_a_plain_thread_balances) {
  std::vector<std::string> log;
  system system({.workers = 1});
  for (int i = 0; i < 100; ++i) {
    auto actor = system.spawn<logging>("a", std::ref(log), 0);
    actor.stop();
    ASSERT_TRUE(system.wait_stopped(actor, 10s));
  }
  for (const auto& type : system.statistics()) {
    if (type.actor_type.find("logging") != std::string_view::npos) {
      EXPECT_EQ(type.spawned, 100U);
      EXPECT_EQ(type.stopped, 100U);
      EXPECT_EQ(type.alive(), 0U);
    }
  }
}

}  // namespace
}  // namespace troupe
