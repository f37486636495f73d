#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct word {
  int value = 0;
};
struct other_word {};
struct pause {
  duration length = 1s;
};
struct letters {
  using reply = std::vector<dead_letter>;
};

class addressee final : public actor {
 public:
  void on(word) {}
  void on(other_word) {}
  task<> on(pause m) { co_await sleep(m.length); }
};

class undertaker final : public actor {
 public:
  void on(dead_letter m) {
    seen_.push_back(m);
    if (throws_) throw std::runtime_error("on purpose");
  }
  task<> on(pause m) { co_await sleep(m.length); }
  void on(word) { throws_ = true; }
  std::vector<dead_letter> on(letters) { return seen_; }

 private:
  std::vector<dead_letter> seen_;
  bool throws_ = false;
};

struct tell_it {
  ref<addressee> to;
};
class teller final : public actor {
 public:
  void on(tell_it m) { m.to.tell(word{}); }
};

class dead_letters : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(world.system().subscribe_dead_letters(hears)); }
  ref<addressee> gone() {
    auto target = world.system().spawn<addressee>();
    target.stop();
    EXPECT_TRUE(world.system().wait_stopped(target, 1s));
    return target;
  }
  ref<addressee> busy(const spawn_options& with) {
    auto target = world.system().spawn<addressee>(with);
    target.tell(pause{});
    world.settle();
    return target;
  }
  std::vector<dead_letter> seen() {
    world.run_for(5s);
    return world.system().ask(hears, letters{}, 1h).value();
  }
  static std::uint64_t count_of(const std::vector<dead_letter>& all) {
    std::uint64_t count = 0;
    for (const auto& each : all) count += each.count;
    return count;
  }
  sim::simulation world{1};
  ref<undertaker> hears = world.system().spawn<undertaker>();
};

TEST_F(dead_letters, of_an_actor_that_has_stopped_say_to_whom_what_and_from_whom) {
  auto target = gone();
  auto from = world.system().spawn<teller>();
  from.tell(tell_it{target});
  const auto all = seen();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].to, target.id());
  EXPECT_TRUE(all[0].actor_type.ends_with("addressee"));
  EXPECT_TRUE(all[0].message.ends_with("word"));
  EXPECT_EQ(all[0].why, dead_letter_reason::refused);
  EXPECT_EQ(all[0].from, from.id());
  EXPECT_EQ(all[0].count, 1U);
}

TEST_F(dead_letters, are_what_waited_for_an_actor_that_stops) {
  auto target = busy({});
  target.tell(word{});
  target.tell(word{});
  target.stop();
  const auto all = seen();
  EXPECT_EQ(count_of(all), 2U);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].why, dead_letter_reason::discarded);
  EXPECT_EQ(world.system().dead_letters().discarded, 2U);
}

TEST_F(dead_letters, are_what_a_full_mailbox_drops) {
  for (const overflow policy : {overflow::drop_newest, overflow::drop_oldest}) {
    auto target = busy({.mailbox_capacity = 2, .when_full = policy});
    target.tell(word{});
    target.tell(word{});
  }
  const auto all = seen();
  EXPECT_EQ(count_of(all), 2U);
  for (const auto& each : all) EXPECT_EQ(each.why, dead_letter_reason::dropped);
  EXPECT_EQ(world.system().dead_letters().dropped, 2U);
}

TEST_F(dead_letters, are_not_what_a_full_mailbox_refuses) {
  auto target = busy({.mailbox_capacity = 1});
  EXPECT_EQ(target.tell(word{}), tell_status::mailbox_full);
  EXPECT_TRUE(seen().empty());
}

TEST_F(dead_letters, that_are_alike_become_one_with_a_count_while_the_subscriber_is_busy) {
  auto target = gone();
  hears.tell(pause{});
  world.settle();
  for (int i = 0; i < 10'000; ++i) target.tell(word{});
  for (int i = 0; i < 10; ++i) target.tell(other_word{});
  const auto all = seen();
  EXPECT_EQ(count_of(all), 10'010U);
  EXPECT_LE(all.size(), 4U);
}

TEST_F(dead_letters, of_too_many_kinds_become_one_without_an_address) {
  hears.tell(pause{});
  world.settle();
  constexpr std::uint64_t kinds = 1000;
  for (std::uint64_t i = 0; i < kinds; ++i) gone().tell(word{});
  const auto all = seen();
  EXPECT_EQ(count_of(all), kinds);
  EXPECT_LE(all.size(), dead_letter_kinds_max + dead_letters_in_flight_max + 2);
  std::uint64_t without = 0;
  for (const auto& each : all) without += each.to == 0 ? each.count : 0;
  EXPECT_GT(without, kinds / 2);
}

TEST_F(dead_letters, on_their_way_are_bounded) {
  hears.tell(pause{});
  world.settle();
  for (int i = 0; i < 200; ++i) gone().tell(word{});
  hears.stop();  // what is on its way is given back, and only counted
  ASSERT_TRUE(world.system().wait_stopped(hears, 1s));
  for (const auto& each : world.system().statistics()) {
    if (each.actor_type.ends_with("undertaker")) {
      EXPECT_LE(each.dead_letters, dead_letters_in_flight_max);
      EXPECT_GT(each.dead_letters, 0U);
    }
  }
}

TEST_F(dead_letters, of_a_subscriber_are_only_counted) {
  hears.stop();
  ASSERT_TRUE(world.system().wait_stopped(hears, 1s));
  hears.tell(word{});
  world.settle();
  gone().tell(word{});
  world.settle();
  EXPECT_EQ(world.system().dead_letters().refused, 2U);
  hears = world.system().spawn<undertaker>();
  EXPECT_TRUE(seen().empty());
}

TEST_F(dead_letters, of_a_subscriber_are_not_told_to_another) {
  auto other = world.system().spawn<undertaker>(
      spawn_options{.mailbox_capacity = 1, .when_full = overflow::drop_newest});
  ASSERT_TRUE(world.system().subscribe_dead_letters(other));
  other.tell(pause{});
  world.settle();
  EXPECT_EQ(other.tell(word{}), tell_status::dropped);
  EXPECT_EQ(world.system().dead_letters().dropped, 1U);
  EXPECT_TRUE(seen().empty()) << "two that cannot keep up would feed each other";
}

TEST_F(dead_letters, go_on_after_a_subscriber_that_fails) {
  hears.tell(word{});  // from now on it throws
  world.settle();
  auto target = gone();
  for (int i = 0; i < 3; ++i) {
    target.tell(word{});
    world.run_for(5s);
  }
  target.tell(word{});
  world.run_for(5s);
  EXPECT_EQ(count_of(seen()), 3U) << "what came after the restart";
}

TEST_F(dead_letters, are_heard_by_every_subscriber_up_to_the_limit) {
  auto another = world.system().spawn<undertaker>();
  EXPECT_TRUE(world.system().subscribe_dead_letters(another));
  for (std::size_t i = 2; i < dead_letter_subscribers_max; ++i) {
    EXPECT_TRUE(world.system().subscribe_dead_letters(world.system().spawn<undertaker>()));
  }
  EXPECT_FALSE(world.system().subscribe_dead_letters(world.system().spawn<undertaker>()));
  gone().tell(word{});
  EXPECT_EQ(count_of(seen()), 1U);
  EXPECT_EQ(count_of(world.system().ask(another, letters{}, 1s).value()), 1U);
}

TEST_F(dead_letters, of_a_subscriber_that_has_stopped_make_room_for_another) {
  for (std::size_t i = 1; i < dead_letter_subscribers_max; ++i) {
    EXPECT_TRUE(world.system().subscribe_dead_letters(world.system().spawn<undertaker>()));
  }
  hears.stop();
  world.settle();
  gone().tell(word{});
  world.settle();
  EXPECT_TRUE(world.system().subscribe_dead_letters(world.system().spawn<undertaker>()));
}

}  // namespace
}  // namespace troupe
