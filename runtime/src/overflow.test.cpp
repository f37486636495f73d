// What becomes of messages that find the mailbox full.
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct item {
  using reply = int;
  int value;
};
struct pause {};
struct taken {
  using reply = std::vector<int>;
};

class store final : public actor {
 public:
  int on(item m) {
    taken_.push_back(m.value);
    return m.value;
  }
  task<> on(pause) { co_await sleep(1s); }
  std::vector<int> on(taken) { return taken_; }

 private:
  std::vector<int> taken_;
};

struct deliver {
  using reply = std::vector<tell_status>;
  ref<store> to;
  int first;
  int count;
  duration within = 1h;
};
class sender final : public actor {
 public:
  task<std::vector<tell_status>> on(deliver m) {
    std::vector<tell_status> all;
    for (int i = 0; i < m.count; ++i) {
      all.push_back(co_await send(m.to, item{m.first + i}, m.within));
    }
    co_return all;
  }
};

class full_mailbox : public testing::Test {
 protected:
  // A store with room for two more messages behind the one that runs.
  ref<store> busy(overflow policy) {
    auto target =
        world.system().spawn<store>(spawn_options{.mailbox_capacity = 3, .when_full = policy});
    target.tell(pause{});
    world.settle();
    return target;
  }
  std::vector<int> items(const ref<store>& of) {
    world.run_for(10s);
    return world.system().ask(of, taken{}, 1s).value();
  }
  type_statistics figures() {
    for (const auto& each : world.system().statistics()) {
      if (each.actor_type.ends_with("store")) return each;
    }
    return {};
  }
  sim::simulation world{1, {.order = sim::scheduling::fifo}};
};

TEST_F(full_mailbox, that_rejects_says_so) {
  auto target = busy(overflow::reject);
  EXPECT_EQ(target.tell(item{1}), tell_status::accepted);
  EXPECT_EQ(target.tell(item{2}), tell_status::accepted);
  EXPECT_EQ(target.tell(item{3}), tell_status::mailbox_full);
  EXPECT_EQ(items(target), (std::vector{1, 2}));
  EXPECT_EQ(figures().dropped, 0U);
}

TEST_F(full_mailbox, is_in_the_figures_before_anything_of_it_is_handled) {
  auto target = world.system().spawn<store>(spawn_options{.mailbox_capacity = 2});
  for (int i = 1; i <= 3; ++i) target.tell(item{i});
  EXPECT_EQ(figures().accepted, 2U);
  EXPECT_EQ(figures().queued, 2U);
  EXPECT_EQ(figures().mailbox_full, 1U);
}

TEST_F(full_mailbox, that_drops_the_newest_keeps_what_came_first) {
  auto target = busy(overflow::drop_newest);
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(target.tell(item{i}), i <= 2 ? tell_status::accepted : tell_status::dropped);
  }
  EXPECT_EQ(items(target), (std::vector{1, 2}));
  EXPECT_EQ(figures().dropped, 3U);
}

TEST_F(full_mailbox, that_drops_the_oldest_keeps_what_came_last) {
  auto target = busy(overflow::drop_oldest);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(target.tell(item{i}), tell_status::accepted);
  EXPECT_EQ(target.mailbox_depth(), 3U);
  EXPECT_EQ(items(target), (std::vector{4, 5}));
  EXPECT_EQ(figures().dropped, 3U);
}

TEST_F(full_mailbox, that_drops_answers_an_ask_at_once) {
  auto target = busy(overflow::drop_newest);
  target.tell(item{1});
  target.tell(item{2});
  const time_point before = world.now();
  EXPECT_EQ(world.system().ask(target, item{3}, 1h).error(), ask_errc::mailbox_full);
  EXPECT_EQ(world.now(), before);
}

TEST_F(full_mailbox, is_waited_for_by_send_and_nothing_is_lost_or_reordered) {
  auto target = busy(overflow::reject);
  auto one = world.system().spawn<sender>();
  EXPECT_EQ(world.system().ask(one, deliver{target, 0, 20}, 1h).value(),
            std::vector(20, tell_status::accepted));
  std::vector<int> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(i);
  EXPECT_EQ(items(target), expected);
}

TEST_F(full_mailbox, lets_in_who_waits_before_who_comes_when_there_is_hardly_room) {
  auto target = world.system().spawn<store>(spawn_options{.mailbox_capacity = 8});
  target.tell(pause{});
  world.settle();
  target.tell(item{0});
  target.tell(pause{});
  for (int i = 1; i <= 5; ++i) ASSERT_EQ(target.tell(item{i}), tell_status::accepted);
  auto early = world.system().spawn<sender>();
  early.tell(deliver{target, 100, 1});
  world.run_for(1100ms);  // the second pause has begun
  ASSERT_EQ(target.mailbox_depth(), 6U) << "one waits, though there is room for two";
  auto late = world.system().spawn<sender>();
  late.tell(deliver{target, 200, 1});
  EXPECT_EQ(items(target), (std::vector<int>{0, 1, 2, 3, 4, 5, 100, 200}));
}

TEST_F(full_mailbox, is_waited_for_until_the_deadline) {
  auto target = busy(overflow::reject);
  auto one = world.system().spawn<sender>();
  EXPECT_EQ(world.system().ask(one, deliver{target, 1, 3, 100ms}, 1h).value(),
            (std::vector{tell_status::accepted, tell_status::accepted, tell_status::mailbox_full}));
  EXPECT_EQ(items(target), (std::vector{1, 2})) << "what was given up is not let in later";
}

class stopper final : public actor {
 public:
  explicit stopper(ref<store> of) : of_(of) { send_after(100ms, pause{}); }
  void on(pause) { of_.stop(); }

 private:
  ref<store> of_;
};

TEST_F(full_mailbox, that_closes_tells_those_who_wait) {
  auto target = busy(overflow::reject);
  auto one = world.system().spawn<sender>();
  target.tell(item{1});
  target.tell(item{2});
  world.system().spawn<stopper>(target);
  EXPECT_EQ(world.system().ask(one, deliver{target, 3, 1}, 1h).value(),
            std::vector{tell_status::stopped});
}

// Two actors that each wait for room at the other: one of them is told at once.
struct block_on {
  using reply = tell_status;
};
class stuffed final : public actor {
 public:
  struct meet {
    ref<stuffed> other;
  };
  void on(meet m) { other_ = m.other; }
  void on(pause) {}
  task<tell_status> on(block_on) {
    while (other_.tell(pause{}) == tell_status::accepted) {
    }
    co_return co_await send(other_, pause{}, 1h);
  }

 private:
  ref<stuffed> other_;
};

TEST_F(full_mailbox, of_each_other_does_not_hang_two_actors) {
  const spawn_options small{.mailbox_capacity = 4};
  auto a = world.system().spawn<stuffed>(small);
  auto b = world.system().spawn<stuffed>(small);
  a.tell(stuffed::meet{b});
  b.tell(stuffed::meet{a});
  world.settle();
  a.tell(block_on{});
  b.tell(block_on{});
  const time_point before = world.now();
  world.settle();
  EXPECT_EQ(a.mailbox_depth(), 0U);
  EXPECT_EQ(b.mailbox_depth(), 0U);
  EXPECT_EQ(world.now(), before);
}

}  // namespace
}  // namespace troupe
