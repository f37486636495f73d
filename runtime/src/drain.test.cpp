// Stopping after the backlog, and in spite of it.
#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct job {
  using reply = int;
  int number;
};
struct slow_job {
  duration length;
};
struct explode {};
struct pass_on {};
struct stop_yourself {};

class laborer final : public actor {
 public:
  laborer(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {}
  ~laborer() override { log_.push_back("gone " + name_); }
  task<> stopping() {
    log_.push_back("stopping " + name_);
    co_return;
  }
  int on(job m) {
    log_.push_back(name_ + " " + std::to_string(m.number));
    return m.number;
  }
  task<> on(slow_job m) { co_await sleep(m.length); }
  void on(explode) { throw std::runtime_error("on purpose"); }
  void on(stop_yourself) { stop(stop_mode::drain); }

 private:
  std::string name_;
  std::vector<std::string>& log_;
};

// Hands each job it gets to its child; asks it in the background for `pass_on`.
class foreman final : public actor {
 public:
  explicit foreman(std::vector<std::string>& log) : log_(log) {
    child_ = spawn<laborer>("child", std::ref(log));
  }
  task<> stopping() {
    log_.push_back("stopping foreman");
    co_return;
  }
  int on(job m) {
    child_.tell(slow_job{1s});
    child_.tell(m);
    return m.number;
  }
  struct passed {};
  void on(pass_on) {
    child_.tell(slow_job{1s});
    pipe(child_.ask(job{7}, 1min), [](auto) { return passed{}; });
  }
  void on(passed) { log_.push_back("passed"); }

 private:
  std::vector<std::string>& log_;
  ref<laborer> child_;
};

class stopping_with_drain : public testing::Test {
 protected:
  ref<laborer> busy(duration length = 1s) {
    auto target = world.system().spawn<laborer>("a", std::ref(log));
    target.tell(slow_job{length});
    world.settle();
    return target;
  }
  type_statistics figures(std::string_view type) {
    for (const auto& each : world.system().statistics()) {
      if (each.actor_type.ends_with(type)) return each;
    }
    return {};
  }
  std::vector<std::string> log;
  sim::simulation world{1};
};

TEST_F(stopping_with_drain, handles_what_was_accepted_and_refuses_what_comes_later) {
  auto target = busy();
  for (int i = 1; i <= 3; ++i) target.tell(job{i});
  target.stop(stop_mode::drain);
  EXPECT_EQ(target.tell(job{4}), tell_status::stopped) << "at once, while it is still busy";
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(log, (std::vector<std::string>{"a 1", "a 2", "a 3", "stopping a", "gone a"}));
  EXPECT_EQ(figures("laborer").dead_letters, 0U);
  EXPECT_EQ(figures("laborer").refused_stopped, 1U);
}

TEST_F(stopping_with_drain, handles_more_than_a_turn_takes) {
  auto target = busy();
  for (int i = 1; i <= 200; ++i) target.tell(job{i});
  target.stop(stop_mode::drain);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(figures("laborer").handled, 201U);
  EXPECT_EQ(figures("laborer").dead_letters, 0U);
}

TEST_F(stopping_with_drain, ends_an_idle_actor_at_once) {
  auto target = world.system().spawn<laborer>("a", std::ref(log));
  world.settle();
  target.stop(stop_mode::drain);
  world.settle();
  EXPECT_TRUE(world.system().wait_stopped(target, 0s));
}

TEST_F(stopping_with_drain, may_be_asked_for_by_the_actor_itself) {
  auto target = busy();
  target.tell(stop_yourself{});
  target.tell(job{1});
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(log.front(), "a 1");
}

TEST_F(stopping_with_drain, makes_what_is_left_at_the_deadline_dead_letters) {
  auto target = busy(1h);
  for (int i = 1; i <= 3; ++i) target.tell(job{i});
  const time_point before = world.now();
  target.stop(stop_mode::drain, 5s);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(world.now() - before, 5s);
  EXPECT_EQ(figures("laborer").dead_letters, 3U);
  EXPECT_EQ(figures("laborer").handled, 1U) << "the one that was running: it was cancelled";
}

TEST_F(stopping_with_drain, keeps_to_the_earlier_of_two_deadlines) {
  auto target = busy(1h);
  const time_point before = world.now();
  target.stop(stop_mode::drain, 5s);
  target.stop(stop_mode::drain, 2s);
  target.stop(stop_mode::drain, 9s);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(world.now() - before, 2s);
}

TEST_F(stopping_with_drain, gives_way_to_a_stop_that_does_not) {
  auto target = busy(1h);
  target.tell(job{1});
  target.stop(stop_mode::drain);
  world.settle();
  target.stop();
  world.settle();
  EXPECT_TRUE(world.system().wait_stopped(target, 0s));
  EXPECT_EQ(figures("laborer").dead_letters, 1U);
}

TEST_F(stopping_with_drain, goes_on_after_a_failure) {
  auto target = busy();
  target.tell(explode{});
  target.tell(job{1});
  target.stop(stop_mode::drain);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(log, (std::vector<std::string>{"gone a", "a 1", "stopping a", "gone a"}));
}

TEST_F(stopping_with_drain, lets_children_handle_what_they_were_sent_and_stops_them_first) {
  auto target = world.system().spawn<foreman>(std::ref(log));
  target.tell(job{1});
  target.tell(job{2});
  target.stop(stop_mode::drain);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(log, (std::vector<std::string>{"child 1", "child 2", "stopping child", "gone child",
                                           "stopping foreman"}));
}

TEST_F(stopping_with_drain, waits_for_asks_that_were_piped) {
  auto target = world.system().spawn<foreman>(std::ref(log));
  target.tell(pass_on{});
  target.stop(stop_mode::drain);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  ASSERT_GE(log.size(), 2U);
  EXPECT_EQ(log[0], "child 7");
  EXPECT_EQ(log[1], "passed");
}

TEST_F(stopping_with_drain, stops_children_at_once_when_a_stop_comes_while_they_drain) {
  auto target = world.system().spawn<foreman>(std::ref(log));
  for (int i = 0; i < 100; ++i) target.tell(job{i});
  target.stop(stop_mode::drain);
  world.run_for(1500ms);  // the foreman is done, its child is not
  const time_point before = world.now();
  target.stop();
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(world.now(), before);
  EXPECT_GT(figures("laborer").dead_letters, 100U);
}

TEST_F(stopping_with_drain, passes_its_deadline_on_to_the_children) {
  auto target = world.system().spawn<foreman>(std::ref(log));
  for (int i = 0; i < 100; ++i) target.tell(job{i});
  const time_point before = world.now();
  target.stop(stop_mode::drain, 3500ms);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  EXPECT_EQ(world.now() - before, 3500ms);
}

TEST_F(stopping_with_drain, tells_senders_that_wait_for_room) {
  struct sender final : actor {
    sender(ref<laborer> to, tell_status& status) : to_(to), status_(status) {}
    task<> on(pass_on) { status_ = co_await send(to_, job{2}, 1h); }
    ref<laborer> to_;
    tell_status& status_;
  };
  auto target =
      world.system().spawn<laborer>(spawn_options{.mailbox_capacity = 1}, "a", std::ref(log));
  target.tell(slow_job{1s});
  world.settle();
  tell_status status = tell_status::accepted;
  world.system().spawn<sender>(target, std::ref(status)).tell(pass_on{});
  world.settle();
  target.stop(stop_mode::drain);
  EXPECT_TRUE(world.system().wait_stopped(target, 1min));
  world.settle();
  EXPECT_EQ(status, tell_status::stopped);
}

TEST_F(stopping_with_drain, of_the_whole_system_handles_what_was_accepted) {
  auto target = world.system().spawn<foreman>(std::ref(log));
  for (int i = 0; i < 5; ++i) target.tell(job{i});
  EXPECT_TRUE(world.system().shutdown(1s, 1min).still_running.empty());
  EXPECT_EQ(figures("laborer").handled, 10U);
  EXPECT_EQ(figures("laborer").dead_letters, 0U);
}

TEST_F(stopping_with_drain, of_the_whole_system_ends_at_its_deadline) {
  auto target = busy(1h);
  target.tell(job{1});
  EXPECT_TRUE(world.system().shutdown(1s, 2s).still_running.empty());
  EXPECT_EQ(figures("laborer").dead_letters, 1U);
  EXPECT_EQ(target.tell(job{2}), tell_status::stopped);
}

class stubborn final : public actor {
 public:
  task<> on(slow_job m) { co_await sleep(m.length); }
  task<> stopping() { co_await sleep(24h); }
};

TEST(shutdown_by_force, accounts_for_what_was_running_and_for_what_waited) {
  for (const bool told_before : {false, true}) {
    sim::simulation world(1);
    auto target = world.system().spawn<stubborn>();
    target.tell(slow_job{1h});
    if (told_before) world.settle();
    for (int i = 0; i < 5; ++i) target.tell(slow_job{1h});
    world.settle();
    EXPECT_EQ(world.system().shutdown(1s).still_running.size(), 1U);
    for (const auto& each : world.system().statistics()) {
      if (!each.actor_type.ends_with("stubborn")) continue;
      EXPECT_EQ(each.accepted, 6U);
      EXPECT_EQ(each.handled, 1U);
      EXPECT_EQ(each.dead_letters, 5U);
    }
  }
}

struct step {};
class counting final : public actor {
 public:
  counting(std::atomic<int>& handled, std::atomic<bool>& go) : handled_(handled), go_(go) {}
  void on(step) {
    ++handled_;
    handled_.notify_all();
    go_.wait(false);
  }

 private:
  std::atomic<int>& handled_;
  std::atomic<bool>& go_;
};

TEST(stopping_now, is_not_stuck_behind_a_million_messages) {
  constexpr std::uint64_t backlog = 1'000'000;
  system system({.workers = 1});
  std::atomic<int> handled{0};
  std::atomic<bool> go{false};
  auto target = system.spawn<counting>(spawn_options{.mailbox_capacity = 2'000'000},
                                       std::ref(handled), std::ref(go));
  target.tell(step{});
  handled.wait(0);  // it holds its thread now
  for (std::uint64_t i = 0; i < backlog; ++i) target.tell(step{});
  target.stop();
  go = true;
  go.notify_all();
  ASSERT_TRUE(system.wait_stopped(target, 1min));
  EXPECT_EQ(handled, 1) << "none of the backlog";
  for (const auto& each : system.statistics()) {
    if (each.actor_type.ends_with("counting")) EXPECT_EQ(each.dead_letters, backlog);
  }
}

}  // namespace
}  // namespace troupe
