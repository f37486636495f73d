// Urgent messages: served first, within the bounds of the one mailbox.
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct ordinary {
  int value;
};
struct alert {
  static constexpr bool urgent = true;
  int value;
};
struct question {
  static constexpr bool urgent = true;
  using reply = std::size_t;
};
struct pause {};
struct fail {};
struct seen {
  using reply = std::vector<int>;
};

static_assert(urgent_message<alert> && urgent_message<question>);
static_assert(!urgent_message<ordinary>);
struct member_of_that_name {
  bool urgent = true;  // data, not a property of the type
};
static_assert(!urgent_message<member_of_that_name>);

class desk final : public actor {
 public:
  explicit desk(std::vector<int>& log) : log_(log) {}
  void on(ordinary m) { log_.push_back(m.value); }
  void on(alert m) { log_.push_back(-m.value); }
  std::size_t on(question) { return log_.size(); }
  task<> on(pause) { co_await sleep(1s); }
  void on(fail) { throw std::runtime_error("on purpose"); }
  std::vector<int> on(seen) { return log_; }

 private:
  std::vector<int>& log_;
};

class priority_lane : public testing::Test {
 protected:
  /// A desk that handles nothing until a second has passed.
  ref<desk> busy(spawn_options with = {}) {
    auto target = world.system().spawn<desk>(with, std::ref(log));
    target.tell(pause{});
    world.settle();
    return target;
  }
  type_statistics figures() {
    for (const auto& each : world.system().statistics()) {
      if (each.actor_type.ends_with("desk")) return each;
    }
    return {};
  }
  void expect_balance() {
    const type_statistics all = figures();
    EXPECT_EQ(all.accepted, all.handled + all.failed_messages + all.expired + all.dropped +
                                all.dead_letters + all.queued);
  }
  std::vector<int> log;
  sim::simulation world{1};
};

TEST_F(priority_lane, is_served_before_what_waited_longer_and_keeps_the_order_within_each_lane) {
  auto target = busy();
  for (int i = 1; i <= 3; ++i) target.tell(ordinary{i});
  for (int i = 1; i <= 3; ++i) target.tell(alert{i});
  world.run_for(2s);
  EXPECT_EQ(log, (std::vector{-1, -2, -3, 1, 2, 3}));
}

TEST_F(priority_lane, lets_one_ordinary_message_through_after_each_full_run_of_urgent_ones) {
  auto target = busy();
  for (int i = 1; i <= 3; ++i) target.tell(ordinary{i});
  for (int i = 1; i <= 50; ++i) target.tell(alert{i});
  world.run_for(2s);
  std::vector<int> ordinary_at;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log[i] > 0) ordinary_at.push_back(static_cast<int>(i));
  }
  const int run = urgent_in_a_row_max + 1;
  EXPECT_EQ(ordinary_at, (std::vector{run - 1, 2 * run - 1, 3 * run - 1}));
}

TEST_F(priority_lane, of_an_evicting_mailbox_lets_ordinary_messages_through_too) {
  auto target = busy({.when_full = overflow::drop_oldest});
  target.tell(ordinary{1});
  for (int i = 1; i <= 20; ++i) target.tell(alert{i});
  world.run_for(2s);
  ASSERT_EQ(log.size(), 21U);
  EXPECT_EQ(log[urgent_in_a_row_max], 1);
}

TEST_F(priority_lane, serves_asks_first_as_well) {
  auto target = busy();
  for (int i = 1; i <= 9; ++i) target.tell(ordinary{i});
  EXPECT_EQ(world.system().ask(target, question{}, 1min).value(), 0U);
}

TEST_F(priority_lane, shares_the_capacity_of_the_mailbox) {
  auto target = busy({.mailbox_capacity = 3});
  EXPECT_EQ(target.tell(ordinary{1}), tell_status::accepted);
  EXPECT_EQ(target.tell(alert{2}), tell_status::accepted);
  EXPECT_EQ(target.tell(alert{3}), tell_status::mailbox_full);
  EXPECT_EQ(target.tell(ordinary{3}), tell_status::mailbox_full);
  EXPECT_EQ(target.mailbox_depth(), 3U);
  world.run_for(2s);
  EXPECT_EQ(target.mailbox_depth(), 0U);
  EXPECT_EQ(log, (std::vector{-2, 1}));
  expect_balance();
}

TEST_F(priority_lane, of_a_mailbox_that_drops_the_newest_drops_urgent_ones_like_others) {
  auto target = busy({.mailbox_capacity = 2, .when_full = overflow::drop_newest});
  EXPECT_EQ(target.tell(ordinary{1}), tell_status::accepted);
  EXPECT_EQ(target.tell(alert{2}), tell_status::dropped);
  world.run_for(2s);
  EXPECT_EQ(log, std::vector{1});
  EXPECT_EQ(figures().dropped, 1U);
  expect_balance();
}

TEST_F(priority_lane, evicts_ordinary_messages_before_urgent_ones) {
  auto target = busy({.mailbox_capacity = 4, .when_full = overflow::drop_oldest});
  target.tell(alert{1});
  target.tell(ordinary{2});
  target.tell(ordinary{3});
  EXPECT_EQ(target.tell(alert{4}), tell_status::accepted) << "in place of 2";
  EXPECT_EQ(target.tell(alert{5}), tell_status::accepted) << "in place of 3";
  EXPECT_EQ(target.tell(ordinary{6}), tell_status::dropped) << "nothing urgent gives way to it";
  EXPECT_EQ(target.tell(alert{7}), tell_status::accepted) << "in place of 1";
  EXPECT_EQ(target.mailbox_depth(), 4U);
  world.run_for(2s);
  EXPECT_EQ(log, (std::vector{-4, -5, -7}));
  EXPECT_EQ(figures().dropped, 4U);
  expect_balance();
}

TEST_F(priority_lane, survives_a_restart_with_the_mailbox) {
  auto target = busy();
  target.tell(fail{});
  target.tell(ordinary{1});
  world.run_for(1s);
  target.tell(alert{2});
  world.run_for(1min);
  EXPECT_EQ(log, (std::vector{-2, 1}));
  expect_balance();
}

TEST_F(priority_lane, goes_to_dead_letters_with_the_mailbox_when_the_actor_stops) {
  auto target = busy();
  for (int i = 1; i <= 5; ++i) target.tell(alert{i});
  for (int i = 1; i <= 5; ++i) target.tell(ordinary{i});
  target.stop();
  EXPECT_TRUE(world.system().wait_stopped(target, 1s));
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(figures().dead_letters, 10U);
  expect_balance();
}

TEST_F(priority_lane, takes_what_waited_for_room_in_the_order_it_came) {
  struct sender final : actor {
    explicit sender(ref<desk> to) : to_(to) {}
    task<> on(pause) {
      for (int i = 1; i <= 4; ++i) co_await send(to_, alert{i}, 1h);
    }
    ref<desk> to_;
  };
  auto target = busy({.mailbox_capacity = 2});
  auto one = world.system().spawn<sender>(target);
  one.tell(pause{});
  world.run_for(2s);
  EXPECT_EQ(log, (std::vector{-1, -2, -3, -4}));
  expect_balance();
}

}  // namespace
}  // namespace troupe
