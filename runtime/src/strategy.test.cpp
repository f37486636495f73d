// Decisions by the kind of error, strategies of one's own, and failures at awkward moments.
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct fail_with {
  using reply = int;
  std::exception_ptr error;
};
struct count_up {
  using reply = int;
};

class worker_actor final : public actor {
 public:
  explicit worker_actor(int& made) { ++made; }
  int on(fail_with m) { std::rethrow_exception(m.error); }
  int on(count_up) { return ++count_; }

 private:
  int count_ = 0;
};

template <class E>
fail_with failing(const E& error) {
  return {std::make_exception_ptr(error)};
}

TEST(kinds_of_failure, are_told_by_the_type_of_the_exception) {
  const auto kind = [](const auto& error) { return kind_of(std::make_exception_ptr(error)); };
  EXPECT_EQ(kind(timeout_error("t")), failure_kind::timeout);
  EXPECT_EQ(kind(std::system_error(std::make_error_code(std::errc::timed_out))),
            failure_kind::timeout);
  EXPECT_EQ(kind(protocol_error("p")), failure_kind::protocol);
  EXPECT_EQ(kind(fatal_error("f")), failure_kind::fatal);
  EXPECT_EQ(kind(std::bad_alloc()), failure_kind::fatal);
  EXPECT_EQ(kind(std::system_error(std::make_error_code(std::errc::io_error))),
            failure_kind::other);
  EXPECT_EQ(kind(std::runtime_error("r")), failure_kind::other);
  EXPECT_EQ(kind(7), failure_kind::other);
}

class deciding : public testing::Test {
 protected:
  directive decision_for(const fail_with& what, supervision rules = {}) {
    auto target =
        world.system().spawn<worker_actor>(spawn_options{.on_failure = rules}, std::ref(made));
    decisions.clear();
    target.tell(what);
    world.settle();
    return decisions.empty() ? directive{} : decisions.front();
  }
  std::vector<directive> decisions;
  sim::simulation world{
      1, {.on_failure = [this](const failure&, directive d) { decisions.push_back(d); }}};
  int made = 0;
};

TEST_F(deciding, by_default_a_timeout_stops_a_protocol_error_restarts_and_a_fatal_one_escalates) {
  EXPECT_EQ(decision_for(failing(timeout_error("t"))), directive::stop);
  EXPECT_EQ(decision_for(failing(protocol_error("p"))), directive::restart);
  EXPECT_EQ(decision_for(failing(fatal_error("f"))), directive::escalate);
  EXPECT_EQ(decision_for(failing(std::runtime_error("r"))), directive::restart);
}

TEST_F(deciding, by_kind_can_carry_on_after_what_is_left) {
  supervision rules;
  rules.decide = &by_kind<directive::resume>;
  EXPECT_EQ(decision_for(failing(std::runtime_error("r")), rules), directive::resume);
  EXPECT_EQ(decision_for(failing(timeout_error("t")), rules), directive::stop);
}

TEST(restart_delay, has_its_jitter_from_the_actors_own_randomness) {
  const auto delay_with = [](std::uint64_t seed) {
    sim::simulation world(seed);
    int made = 0;
    supervision rules{.delay = {.initial = 1s, .max = 1s, .jitter = 0.5}};
    auto target =
        world.system().spawn<worker_actor>(spawn_options{.on_failure = rules}, std::ref(made));
    world.settle();
    const time_point before = world.now();
    target.tell(failing(std::runtime_error("r")));
    EXPECT_TRUE(world.run_until([&] { return made == 2; }, 1min));
    return world.now() - before;
  };
  std::map<duration, int> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const duration delay = delay_with(seed);
    EXPECT_EQ(delay, delay_with(seed)) << "the same seed gives the same delay";
    EXPECT_GE(delay, 500ms);
    EXPECT_LE(delay, 1s);
    ++seen[delay];
  }
  EXPECT_GT(seen.size(), 15U);
}

// Passes each decision to a function of the test.
using decide_function = std::function<verdict(const child_failure&)>;
class by_function final : public supervision_strategy {
 public:
  explicit by_function(decide_function& decide) : decide_(decide) {}
  verdict decide(const child_failure& failed) override {
    ++calls_;
    return decide_(failed);
  }

 private:
  decide_function& decide_;
  int calls_ = 0;
};

struct hold {};
struct children_of {
  using reply = std::vector<ref<worker_actor>>;
};
class head final : public actor {
 public:
  head(std::vector<int>& made, decide_function& decide, const spawn_options& each) {
    supervise_children(std::make_unique<by_function>(decide));
    for (int& count : made) children_.push_back(spawn<worker_actor>(each, std::ref(count)));
  }
  std::vector<ref<worker_actor>> on(children_of) { return children_; }
  task<> on(hold) { co_await sleep(1h); }

 private:
  std::vector<ref<worker_actor>> children_;
};

class own_strategy : public testing::Test {
 protected:
  void start(decide_function how, const spawn_options& each = quick()) {
    decide = std::move(how);
    supervisor = world.system().spawn<head>(std::ref(made), std::ref(decide), each);
    children = world.system().ask(supervisor, children_of{}, 1s).value();
  }
  static spawn_options quick() {
    return {.on_failure = {.delay = {.initial = 1ms, .max = 1ms, .jitter = 0},
                           .when_exceeded = directive::stop}};
  }
  int count(std::size_t which) {
    return world.system().ask(children[which], count_up{}, 1s).value_or(-1);
  }
  void fail(std::size_t which) {
    children[which].tell(failing(std::runtime_error("on purpose")));
    world.run_for(10ms);
  }
  decide_function decide;
  std::vector<int> made{0, 0, 0};
  sim::simulation world{1};
  ref<head> supervisor;
  std::vector<ref<worker_actor>> children;
};

TEST_F(own_strategy, is_told_the_failure_the_history_and_the_children) {
  std::vector<std::size_t> history;
  std::vector<std::uint64_t> family;
  start([&](const child_failure& failed) {
    history.push_back(failed.history.size());
    family.clear();
    for (const auto& each : failed.children) family.push_back(each.id);
    EXPECT_EQ(failed.cause.actor, children[1].id());
    EXPECT_EQ(failed.cause.what, "on purpose");
    return verdict{directive::resume};
  });
  for (std::size_t i = 0; i < child_failure::history_max + 2; ++i) fail(1);
  ASSERT_EQ(history.size(), child_failure::history_max + 2);
  EXPECT_EQ(history[0], 1U);
  EXPECT_EQ(history[3], 4U);
  EXPECT_EQ(history.back(), child_failure::history_max) << "the oldest are forgotten";
  EXPECT_EQ(family, (std::vector{children[0].id(), children[1].id(), children[2].id()}));
}

TEST_F(own_strategy, can_resume_and_the_state_is_kept) {
  start([](const child_failure&) { return verdict{directive::resume}; });
  EXPECT_EQ(count(1), 1);
  fail(1);
  EXPECT_EQ(count(1), 2);
  EXPECT_EQ(made[1], 1);
}

TEST_F(own_strategy, can_restart_some_and_stop_others) {
  start([this](const child_failure&) {
    return verdict{directive::restart, {children[0].id(), 4711}, {children[2].id()}};
  });
  EXPECT_EQ(count(0), 1);
  fail(1);
  EXPECT_EQ(made, (std::vector{2, 2, 1}));
  EXPECT_EQ(count(0), 1) << "a new state";
  EXPECT_EQ(count(2), -1) << "stopped";
}

TEST_F(own_strategy, may_change_its_mind) {
  int failures = 0;
  start([&failures](const child_failure&) {
    return verdict{++failures < 3 ? directive::resume : directive::stop};
  });
  fail(1);
  fail(2);
  EXPECT_EQ(count(1), 1);
  fail(1);
  EXPECT_EQ(count(1), -1);
  EXPECT_EQ(count(2), 1);
}

TEST_F(own_strategy, holds_the_childs_mailbox_until_it_has_decided) {
  start([](const child_failure&) { return verdict{directive::resume}; });
  children[1].tell(failing(std::runtime_error("on purpose")));
  children[1].tell(count_up{});
  EXPECT_EQ(count(1), 2) << "nothing of the mailbox is lost";
}

TEST_F(own_strategy, decides_while_the_supervisor_waits_in_a_handler) {
  start([](const child_failure&) { return verdict{directive::restart}; });
  supervisor.tell(hold{});
  world.settle();
  fail(1);
  EXPECT_EQ(made[1], 2);
}

TEST_F(own_strategy, is_bound_by_the_childs_limits) {
  spawn_options once = quick();
  once.on_failure.restarts_max = 1;
  start([](const child_failure&) { return verdict{directive::restart}; }, once);
  fail(1);
  EXPECT_EQ(count(1), 1);
  fail(1);
  EXPECT_EQ(count(1), -1);
  EXPECT_EQ(made[1], 2);
}

struct child_of {
  using reply = ref<worker_actor>;
};
class head_of_a_temporary final : public actor {
 public:
  head_of_a_temporary(int& made, decide_function& decide) {
    supervise_children(std::make_unique<by_function>(decide));
    child_ = spawn<worker_actor>(temporary{}, std::ref(made));
  }
  ref<worker_actor> on(child_of) { return child_; }

 private:
  ref<worker_actor> child_;
};

TEST_F(own_strategy, stops_a_temporary_child_that_it_would_restart) {
  decide = [](const child_failure&) { return verdict{directive::restart}; };
  auto top = world.system().spawn<head_of_a_temporary>(std::ref(made[0]), std::ref(decide));
  children = {world.system().ask(top, child_of{}, 1s).value()};
  fail(0);
  EXPECT_EQ(count(0), -1);
  EXPECT_EQ(made[0], 1);
}

TEST_F(own_strategy, that_throws_escalates) {
  start([](const child_failure&) -> verdict { throw std::runtime_error("no idea"); });
  const auto before = children;
  fail(1);
  world.run_for(1s);
  const auto after = world.system().ask(supervisor, children_of{}, 1s).value();
  EXPECT_NE(before, after) << "the supervisor was restarted";
  EXPECT_EQ(made, (std::vector{2, 2, 2}));
}

TEST_F(own_strategy, is_not_asked_when_the_child_is_stopped_in_between) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::simulation other(seed);
    decide = [](const child_failure&) { return verdict{directive::restart}; };
    auto top = other.system().spawn<head>(std::ref(made), std::ref(decide), quick());
    auto all = other.system().ask(top, children_of{}, 1s).value();
    all[0].tell(failing(std::runtime_error("on purpose")));
    all[0].stop();
    if (seed % 3 == 0) top.stop();
    EXPECT_TRUE(other.system().wait_stopped(all[0], 1s)) << "seed " << seed;
  }
}

class three_strikes final : public supervision_strategy {
 public:
  verdict decide(const child_failure& failed) override {
    if (failed.history.size() < 3) return {directive::resume};
    verdict all{directive::stop};
    for (const auto& each : failed.children) all.stop_too.push_back(each.id);
    return all;
  }
};

TEST(three_strikes, ends_the_family_at_the_third_failure_of_one) {
  struct umpire final : actor {
    explicit umpire(int& made) {
      supervise_children(std::make_unique<three_strikes>());
      for (int i = 0; i < 3; ++i) children_.push_back(spawn<worker_actor>(std::ref(made)));
    }
    std::vector<ref<worker_actor>> on(children_of) { return children_; }
    std::vector<ref<worker_actor>> children_;
  };
  sim::simulation world(1);
  int made = 0;
  auto top = world.system().spawn<umpire>(std::ref(made));
  auto all = world.system().ask(top, children_of{}, 1s).value();
  for (int i = 0; i < 2; ++i) all[0].tell(failing(std::runtime_error("on purpose")));
  for (int i = 0; i < 2; ++i) all[1].tell(failing(std::runtime_error("on purpose")));
  EXPECT_EQ(world.system().ask(all[2], count_up{}, 1s).value(), 1);
  all[1].tell(failing(std::runtime_error("on purpose")));
  for (const auto& each : all) EXPECT_TRUE(world.system().wait_stopped(each, 1s));
  EXPECT_EQ(made, 3);
}

// ---- awkward moments -------------------------------------------------------------------------

struct break_down {};
class slow_to_stop final : public actor {
 public:
  explicit slow_to_stop(std::vector<std::string>& log) : log_(log) {}
  ~slow_to_stop() override { log_.push_back("child gone"); }
  task<> stopping() {
    co_await sleep(1s);
    log_.push_back("child stopping");
    if (fails_) throw std::runtime_error("on purpose, in stopping");
  }
  void on(break_down) { fails_ = true; }

 private:
  std::vector<std::string>& log_;
  bool fails_ = false;
};

class parent_of_slow final : public actor {
 public:
  parent_of_slow(std::vector<std::string>& log, ref<slow_to_stop>& child) : log_(log) {
    log_.push_back("parent made");
    child = spawn<slow_to_stop>(std::ref(log_));
  }
  void on(break_down) { throw std::runtime_error("on purpose"); }

 private:
  std::vector<std::string>& log_;
};

class awkward_moments : public testing::Test {
 protected:
  void start() {
    parent = world.system().spawn<parent_of_slow>(
        spawn_options{.on_failure = {.delay = {.initial = 1ms, .max = 1ms, .jitter = 0}}},
        std::ref(log), std::ref(child));
    world.settle();
  }
  std::vector<std::string> log;
  sim::simulation world{1};
  ref<slow_to_stop> child;
  ref<parent_of_slow> parent;
};

TEST_F(awkward_moments, a_restart_waits_until_the_children_have_stopped) {
  start();
  parent.tell(break_down{});
  world.run_for(500ms);
  EXPECT_EQ(log, std::vector<std::string>{"parent made"}) << "the child is still stopping";
  world.run_for(1s);
  EXPECT_EQ(log, (std::vector<std::string>{"parent made", "child stopping", "child gone",
                                           "parent made"}));
}

TEST_F(awkward_moments, a_stop_in_the_middle_of_a_restart_stops) {
  start();
  parent.tell(break_down{});
  world.run_for(500ms);
  parent.stop();
  EXPECT_TRUE(world.system().wait_stopped(parent, 10s));
  EXPECT_EQ(log, (std::vector<std::string>{"parent made", "child stopping", "child gone"}));
}

TEST_F(awkward_moments, a_child_that_fails_in_stopping_does_not_hold_up_its_parents_restart) {
  start();
  child.tell(break_down{});
  world.settle();
  parent.tell(break_down{});
  world.run_for(2s);
  EXPECT_EQ(log.back(), "parent made");
  EXPECT_EQ(log.size(), 4U);
}

TEST_F(awkward_moments, a_child_that_fails_while_its_parent_restarts_is_not_restarted_itself) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::simulation other(seed);
    std::vector<int> made{0, 0, 0};
    decide_function restart = [](const child_failure&) { return verdict{directive::escalate}; };
    auto top = other.system().spawn<head>(std::ref(made), std::ref(restart), spawn_options{});
    auto all = other.system().ask(top, children_of{}, 1s).value();
    other.settle();
    for (auto& each : all) each.tell(failing(std::runtime_error("on purpose")));
    other.run_for(10s);
    for (auto& each : all) EXPECT_TRUE(other.system().wait_stopped(each, 1s)) << "seed " << seed;
    EXPECT_EQ(made, (std::vector{2, 2, 2})) << "seed " << seed << ": one restart of the parent";
  }
}

class cannot_start final : public actor {
 public:
  explicit cannot_start(int& attempts) { ++attempts; }
  task<std::expected<void, start_error>> started() {
    throw std::runtime_error("no");
    co_return {};
  }
  int on(count_up) { return 1; }
};

TEST_F(awkward_moments, a_start_that_throws_is_a_failure_that_resume_does_not_answer) {
  int attempts = 0;
  supervision rules{.restarts_max = 2, .when_exceeded = directive::stop};
  rules.decide = [](const failure& cause) {
    EXPECT_EQ(cause.message, "started");
    return directive::resume;
  };
  auto target =
      world.system().spawn<cannot_start>(spawn_options{.on_failure = rules}, std::ref(attempts));
  EXPECT_EQ(world.system().ask(target, count_up{}, 1min).error(), ask_errc::stopped);
  EXPECT_EQ(attempts, 3);
}

}  // namespace
}  // namespace troupe
