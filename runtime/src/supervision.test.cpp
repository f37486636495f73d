#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct explode {
  using reply = int;
};
struct count_up {
  using reply = int;
};
struct instance_number {
  using reply = int;
};

class fragile final : public actor {
 public:
  explicit fragile(int& instances) : number_(++instances) {}
  int on(explode) { throw std::runtime_error("boom"); }
  int on(count_up) { return ++count_; }
  int on(instance_number) { return number_; }

 private:
  int number_;
  int count_ = 0;
};

supervision quick(std::uint32_t restarts_max, directive when_exceeded = directive::stop) {
  return {.restarts_max = restarts_max,
          .window = 10s,
          .delay = {.initial = 10ms, .max = 1s, .jitter = 0},
          .when_exceeded = when_exceeded};
}

class supervising : public testing::Test {
 protected:
  ref<fragile> spawn(const supervision& rules) {
    return world.system().spawn<fragile>(spawn_options{.on_failure = rules}, std::ref(instances));
  }
  std::uint64_t restarts(std::string_view type) {
    for (const auto& each : world.system().statistics()) {
      if (each.actor_type == type) return each.restarts;
    }
    return 0;
  }
  std::vector<directive> decisions;
  sim::simulation world{
      1, {.on_failure = [this](const failure&, directive d) { decisions.push_back(d); }}};
  int instances = 0;
};

TEST_F(supervising, a_restart_gives_a_new_instance_behind_the_same_reference) {
  auto actor = spawn(quick(3));
  EXPECT_EQ(world.system().ask(actor, count_up{}, 1s).value(), 1);
  EXPECT_EQ(world.system().ask(actor, explode{}, 1s).error().code, ask_errc::failed);
  EXPECT_EQ(world.system().ask(actor, count_up{}, 1s).value(), 1) << "the state is new";
  EXPECT_EQ(instances, 2);
}

TEST_F(supervising, the_mailbox_survives_a_restart_and_the_failed_message_does_not) {
  auto actor = spawn(quick(3));
  world.settle();
  actor.tell(count_up{});
  actor.tell(explode{});
  actor.tell(count_up{});
  actor.tell(count_up{});
  world.run_for(1s);
  EXPECT_EQ(world.system().ask(actor, count_up{}, 1s).value(), 3);
  EXPECT_EQ(instances, 2);
}

TEST_F(supervising, restarts_exactly_as_often_as_the_limit_says_and_then_stops) {
  auto actor = spawn(quick(3));
  for (int i = 0; i < 10; ++i) {
    actor.tell(explode{});
    world.run_for(500ms);
  }
  EXPECT_TRUE(world.system().wait_stopped(actor, 1s));
  EXPECT_EQ(instances, 4) << "the first and three restarts";
  EXPECT_EQ(restarts(actor.type()), 3U);
  EXPECT_EQ(decisions, (std::vector{directive::restart, directive::restart, directive::restart,
                                    directive::stop}));
}

TEST_F(supervising, restarts_that_are_older_than_the_window_do_not_count) {
  auto actor = spawn(quick(1));
  for (int i = 0; i < 5; ++i) {
    actor.tell(explode{});
    world.run_for(11s);
  }
  EXPECT_EQ(instances, 6);
  EXPECT_EQ(world.system().ask(actor, count_up{}, 1s).value(), 1);
}

TEST_F(supervising, restarts_wait_twice_as_long_each_time) {
  auto actor = spawn(quick(5));
  world.settle();
  actor.tell(explode{});
  world.run_for(9ms);
  EXPECT_EQ(instances, 1);
  world.run_for(2ms);
  EXPECT_EQ(instances, 2);
  actor.tell(explode{});
  world.run_for(19ms);
  EXPECT_EQ(instances, 2);
  world.run_for(2ms);
  EXPECT_EQ(instances, 3);
}

TEST_F(supervising, restarts_never_wait_longer_than_the_longest_delay) {
  auto rules = quick(5);
  rules.delay.max = 15ms;
  auto actor = spawn(rules);
  world.settle();
  for (int i = 0; i < 3; ++i) {
    actor.tell(explode{});
    world.run_for(16ms);
    EXPECT_EQ(instances, i + 2);
  }
}

TEST_F(supervising, resume_keeps_the_state) {
  auto rules = quick(0);
  rules.decide = [](const failure&) { return directive::resume; };
  auto actor = spawn(rules);
  EXPECT_EQ(world.system().ask(actor, count_up{}, 1s).value(), 1);
  actor.tell(explode{});
  EXPECT_EQ(world.system().ask(actor, count_up{}, 1s).value(), 2);
}

TEST_F(supervising, the_decision_may_depend_on_the_error) {
  auto rules = quick(3);
  rules.decide = [](const failure& cause) {
    EXPECT_EQ(cause.what, "boom");
    EXPECT_NE(cause.message.find("explode"), std::string_view::npos);
    return directive::stop;
  };
  auto actor = spawn(rules);
  actor.tell(explode{});
  EXPECT_TRUE(world.system().wait_stopped(actor, 1s));
  EXPECT_EQ(instances, 1);
}

// A parent that owns one fragile child.
struct child_of {
  using reply = ref<fragile>;
};
class parent final : public actor {
 public:
  parent(int& parents, int& children, supervision rules) {
    ++parents;
    child_ = spawn<fragile>(spawn_options{.on_failure = rules}, std::ref(children));
  }
  ref<fragile> on(child_of) { return child_; }

 private:
  ref<fragile> child_;
};

TEST_F(supervising, past_the_limit_the_failure_escalates_and_the_parent_restarts) {
  int parents = 0;
  auto top = world.system().spawn<parent>(spawn_options{.on_failure = quick(5)}, std::ref(parents),
                                          std::ref(instances), quick(1, directive::escalate));
  auto child = world.system().ask(top, child_of{}, 1s).value();
  child.tell(explode{});
  world.run_for(1s);
  EXPECT_EQ(parents, 1);
  child.tell(explode{});
  world.run_for(1s);
  EXPECT_EQ(parents, 2);
  EXPECT_TRUE(world.system().wait_stopped(child, 1s)) << "the old parent's child is gone";
  auto next = world.system().ask(top, child_of{}, 1s).value();
  EXPECT_NE(next, child);
  EXPECT_EQ(world.system().ask(next, count_up{}, 1s).value(), 1);
}

TEST_F(supervising, a_temporary_actor_is_never_restarted) {
  auto actor =
      world.system().spawn<fragile>(temporary{{.on_failure = quick(9)}}, std::ref(instances));
  actor.tell(explode{});
  EXPECT_TRUE(world.system().wait_stopped(actor, 1s));
  EXPECT_EQ(instances, 1);
}

TEST_F(supervising, another_actor_is_not_disturbed) {
  auto one = spawn(quick(0));
  auto other = spawn(quick(0));
  EXPECT_EQ(world.system().ask(other, count_up{}, 1s).value(), 1);
  one.tell(explode{});
  world.run_for(1s);
  EXPECT_EQ(world.system().ask(other, count_up{}, 1s).value(), 2);
}

struct children {
  using reply = std::vector<ref<fragile>>;
};
class group final : public actor {
 public:
  group(strategy how, std::vector<int>& instances) {
    supervise_children(how);
    const spawn_options rules{.on_failure = quick(9)};
    for (int& each : instances) children_.push_back(spawn<fragile>(rules, std::ref(each)));
  }
  std::vector<ref<fragile>> on(children) { return children_; }

 private:
  std::vector<ref<fragile>> children_;
};

class supervising_a_group : public supervising {
 protected:
  // How often each of four was made after the second has failed once.
  std::vector<int> after_a_failure(strategy how) {
    std::vector<int> made(4, 0);
    auto parent = world.system().spawn<group>(how, std::ref(made));
    auto all = world.system().ask(parent, children{}, 1s).value();
    for (auto& each : all) EXPECT_EQ(world.system().ask(each, count_up{}, 1s).value(), 1);
    all[1].tell(explode{});
    world.run_for(1s);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const int counted = world.system().ask(all[i], count_up{}, 1s).value();
      EXPECT_EQ(counted, made[i] == 2 ? 1 : 2) << "a new instance has a new state: " << i;
    }
    parent.stop();
    EXPECT_TRUE(world.system().wait_stopped(parent, 1s));
    return made;
  }
};

TEST_F(supervising_a_group, one_for_one_restarts_the_failed_one_alone) {
  EXPECT_EQ(after_a_failure(strategy::one_for_one), (std::vector{1, 2, 1, 1}));
}

TEST_F(supervising_a_group, all_for_one_restarts_all) {
  EXPECT_EQ(after_a_failure(strategy::all_for_one), (std::vector{2, 2, 2, 2}));
}

TEST_F(supervising_a_group, rest_for_one_restarts_those_that_came_later) {
  EXPECT_EQ(after_a_failure(strategy::rest_for_one), (std::vector{1, 2, 2, 2}));
}

class move_only_argument final : public actor {
 public:
  explicit move_only_argument(std::unique_ptr<int> value) : value_(std::move(value)) {}
  int on(count_up) { return *value_; }
  int on(explode) { throw std::runtime_error("boom"); }

 private:
  std::unique_ptr<int> value_;
};

TEST_F(supervising, move_only_arguments_go_with_temporary_or_with_a_factory) {
  auto once = world.system().spawn<move_only_argument>(temporary{}, std::make_unique<int>(5));
  EXPECT_EQ(world.system().ask(once, count_up{}, 1s).value(), 5);
  auto again = world.system().spawn<move_only_argument>(
      spawn_options{.on_failure = quick(3)},
      make_with([] { return std::make_unique<move_only_argument>(std::make_unique<int>(6)); }));
  again.tell(explode{});
  EXPECT_EQ(world.system().ask(again, count_up{}, 1s).value(), 6);
}

class slow_starter final : public actor {
 public:
  explicit slow_starter(int& attempts) : attempts_(attempts) {}
  task<std::expected<void, start_error>> started() {
    co_await sleep(100ms);
    if (++attempts_ < 3) co_return std::unexpected(start_error{"not yet"});
    co_return {};
  }
  int on(count_up) { return attempts_; }

 private:
  int& attempts_;
};

TEST_F(supervising, a_start_that_fails_is_restarted_and_messages_wait_for_it) {
  auto actor = world.system().spawn<slow_starter>(spawn_options{.on_failure = quick(3)},
                                                  std::ref(instances));
  EXPECT_EQ(world.system().ask(actor, count_up{}, 10s).value(), 3);
  EXPECT_EQ(decisions.size(), 2U);
}

class bad_constructor final : public actor {
 public:
  explicit bad_constructor(int& attempts) {
    ++attempts;
    throw std::runtime_error("cannot");
  }
};

TEST_F(supervising, a_constructor_that_throws_counts_as_a_failure) {
  auto actor = world.system().spawn<bad_constructor>(spawn_options{.on_failure = quick(2)},
                                                     std::ref(instances));
  EXPECT_TRUE(world.system().wait_stopped(actor, 10s));
  EXPECT_EQ(instances, 3);
}

}  // namespace
}  // namespace troupe
