#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct add {
  int value;
};
struct values {
  using reply = std::vector<int>;
};
struct pause {
  using reply = bool;
};

class collector final : public actor {
 public:
  void on(add m) { seen_.push_back(m.value); }
  std::vector<int> on(values) { return seen_; }
  task<bool> on(pause) { co_return co_await sleep(1s); }

 private:
  std::vector<int> seen_;
};

TEST(mailbox, messages_of_one_sender_arrive_in_the_order_sent) {
  system system({.workers = 2});
  auto target = system.spawn<collector>(spawn_options{.mailbox_capacity = 10'000});
  std::vector<int> expected;
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(target.tell(add{i}), tell_status::accepted);
    expected.push_back(i);
  }
  EXPECT_EQ(system.ask(target, values{}, 10s).value(), expected);
}

TEST(mailbox, refuses_what_is_over_its_capacity_and_counts_it) {
  sim::simulation world(1);
  auto target = world.system().spawn<collector>(spawn_options{.mailbox_capacity = 3});
  EXPECT_EQ(target.tell(add{1}), tell_status::accepted);
  EXPECT_EQ(target.tell(add{2}), tell_status::accepted);
  EXPECT_EQ(target.tell(add{3}), tell_status::accepted);
  EXPECT_EQ(target.tell(add{4}), tell_status::mailbox_full);
  EXPECT_EQ(target.mailbox_depth(), 3U);
  world.settle();
  EXPECT_EQ(target.mailbox_depth(), 0U);
  EXPECT_EQ(target.tell(add{5}), tell_status::accepted);
  EXPECT_EQ(world.system().ask(target, values{}, 1s).value(), (std::vector{1, 2, 3, 5}));
  for (const type_statistics& type : world.system().statistics()) {
    if (type.actor_type == target.type()) {
      EXPECT_EQ(type.mailbox_full, 1U);
      EXPECT_EQ(type.accepted, 5U) << "what was refused is not accepted";
      EXPECT_EQ(type.handled, 5U);
    }
  }
}

TEST(mailbox, a_suspended_handler_keeps_the_next_message_waiting) {
  sim::simulation world(2);
  auto target = world.system().spawn<collector>();
  target.tell(pause{});
  target.tell(add{1});
  world.run_for(900ms);
  EXPECT_EQ(target.mailbox_depth(), 2U) << "the one that runs and the one that waits";
  world.run_for(200ms);
  EXPECT_EQ(target.mailbox_depth(), 0U);
}

TEST(mailbox, how_long_messages_take_is_measured_for_one_in_sixty_four) {
  sim::simulation world(9);
  auto target = world.system().spawn<collector>();
  for (int i = 0; i < 65; ++i) ASSERT_EQ(target.tell(add{i}), tell_status::accepted);
  world.settle();
  for (int i = 0; i < 64; ++i) target.tell(pause{});
  world.run_for(1h);
  const auto times = world.system().message_times();
  ASSERT_EQ(times.size(), 2U);
  const auto& plain = times[0].message.ends_with("add") ? times[0] : times[1];
  const auto& suspended = times[0].message.ends_with("add") ? times[1] : times[0];
  EXPECT_EQ(plain.counts[0], 1U) << "one of the first sixty-four; no virtual time passes";
  EXPECT_EQ(suspended.counts[6], 1U) << "the wait is part of it";
  EXPECT_EQ(suspended.total, 1s);
}

TEST(mailbox, an_empty_reference_refuses) {
  const ref<collector> nobody;
  EXPECT_EQ(nobody.tell(add{1}), tell_status::no_such_actor);
  EXPECT_EQ(nobody.id(), 0U);
}

// Two handlers of one actor at once would trip the flag.
class exclusive final : public actor {
 public:
  void on(add) {
    EXPECT_FALSE(inside_.exchange(true));
    ++count_;
    inside_.store(false);
  }
  std::vector<int> on(values) { return {count_}; }

 private:
  std::atomic<bool> inside_{false};
  int count_ = 0;
};

TEST(mailbox, one_message_at_a_time_with_senders_on_all_workers) {
  struct go {};
  class sender final : public actor {
   public:
    explicit sender(ref<exclusive> to) : to_(to) {}
    void on(go) {
      for (int i = 0; i < 100; ++i) ASSERT_EQ(to_.tell(add{i}), tell_status::accepted);
    }

   private:
    ref<exclusive> to_;
  };
  system system({.workers = 4});
  auto target = system.spawn<exclusive>(spawn_options{.mailbox_capacity = 100'000});
  std::vector<ref<sender>> senders;
  for (std::uint32_t i = 0; i < 100; ++i) {
    senders.push_back(system.spawn<sender>(spawn_options{.worker = i}, target));
    senders.back().tell(go{});
  }
  for (auto& each : senders) each.tell(go{});
  for (auto& each : senders) {
    while (each.mailbox_depth() > 0) std::this_thread::yield();
  }
  EXPECT_EQ(system.ask(target, values{}, 10s).value(), std::vector{20'000});
}

}  // namespace
}  // namespace troupe
