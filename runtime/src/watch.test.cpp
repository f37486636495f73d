#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

TEST(watch, reads_the_newest_value_and_counts_versions) {
  watch_source<int> source(1);
  const watch<int> view = source.watch();
  EXPECT_EQ(*view.read(), 1);
  EXPECT_EQ(view.read().version(), 1U);
  EXPECT_EQ(source.publish(2), 2U);
  EXPECT_EQ(source.publish(3), 3U);
  EXPECT_EQ(*view.read(), 3);
  EXPECT_EQ(view.version(), 3U);
}

TEST(watch, a_snapshot_stays_what_it_was) {
  watch_source<std::string> source("old");
  const snapshot<std::string> held = source.read();
  for (int i = 0; i < 10; ++i) source.publish("new");
  EXPECT_EQ(*held, "old");
  EXPECT_EQ(held->size(), 3U);
  EXPECT_EQ(held.version(), 1U);
}

TEST(watch, a_value_is_freed_with_its_last_snapshot) {
  watch_source<int> source(0);
  std::weak_ptr<const int> first = source.read().value();
  {
    const snapshot<int> held = source.read();
    source.publish(1);
    EXPECT_FALSE(first.expired());
  }
  EXPECT_TRUE(first.expired()) << "the source keeps old values";
}

TEST(watch, refresh_replaces_only_what_is_old) {
  watch_source<int> source(1);
  const watch<int> view = source.watch();
  snapshot<int> held = view.read();
  EXPECT_FALSE(view.refresh(held));
  source.publish(2);
  EXPECT_TRUE(view.refresh(held));
  EXPECT_EQ(*held, 2);
  EXPECT_FALSE(view.refresh(held));
}

TEST(watch, the_last_value_outlives_the_source) {
  auto source = std::make_unique<watch_source<int>>(7);
  const watch<int> view = source->watch();
  EXPECT_FALSE(view.closed());
  source.reset();
  EXPECT_TRUE(view.closed());
  EXPECT_EQ(*view.read(), 7);
}

// Awaits changes in a loop, and keeps what it saw.
struct follow {};
struct follow_for {
  duration deadline;
};
struct seen {
  using reply = std::vector<int>;
};
struct endings {
  using reply = std::vector<watch_errc>;
};

class follower final : public actor {
 public:
  explicit follower(watch<int> view) : view_(std::move(view)) {}

  task<> on(follow) {
    for (;;) {
      const auto next = co_await view_.changed(version_);
      if (!next) {
        errors_.push_back(next.error());
        co_return;
      }
      version_ = next->version();
      values_.push_back(**next);
    }
  }
  task<> on(follow_for m) {
    const auto next = co_await view_.changed(view_.version(), m.deadline);
    if (!next) errors_.push_back(next.error());
  }
  std::vector<int> on(seen) { return values_; }
  std::vector<watch_errc> on(endings) { return errors_; }

 private:
  watch<int> view_;
  std::uint64_t version_ = 0;
  std::vector<int> values_;
  std::vector<watch_errc> errors_;
};

class awaiting : public testing::Test {
 protected:
  sim::simulation world{1};
  std::optional<watch_source<int>> source{std::in_place, 1};
  ref<follower> reader = world.system().spawn<follower>(source->watch());

  std::vector<int> values() { return world.system().ask(reader, seen{}, 1s).value(); }
  std::vector<watch_errc> errors() { return world.system().ask(reader, endings{}, 1s).value(); }
};

TEST_F(awaiting, a_change_goes_on_with_each_value_that_is_newer) {
  reader.tell(follow{});
  world.settle();
  source->publish(2);
  world.settle();
  source->publish(3);
  world.settle();
  source.reset();
  EXPECT_EQ(values(), (std::vector{1, 2, 3}));
  EXPECT_EQ(errors(), std::vector{watch_errc::closed});
}

TEST_F(awaiting, a_change_skips_what_the_reader_was_too_slow_for) {
  reader.tell(follow{});
  world.settle();
  for (int i = 2; i <= 100; ++i) source->publish(i);
  world.settle();
  source.reset();
  EXPECT_EQ(values(), (std::vector{1, 100}));
}

TEST_F(awaiting, a_change_ends_at_the_deadline) {
  reader.tell(follow_for{1s});
  world.run_for(999ms);
  EXPECT_EQ(reader.mailbox_depth(), 1U) << "it waits";
  world.run_for(1ms);
  EXPECT_EQ(errors(), std::vector{watch_errc::timeout});
}

TEST_F(awaiting, many_deadlines_without_a_change_still_end_and_hear_the_next_change) {
  // More than waiter_list::abandoned_max, with a second reader that has to survive the clearing.
  auto patient = world.system().spawn<follower>(source->watch());
  patient.tell(follow{});
  for (int i = 0; i < 100; ++i) reader.tell(follow_for{1ms});
  world.run_for(1s);
  EXPECT_EQ(errors().size(), 100U);
  source->publish(2);
  source.reset();
  EXPECT_EQ(world.system().ask(patient, seen{}, 1s).value(), (std::vector{1, 2}));
}

TEST_F(awaiting, a_change_is_cancelled_when_the_actor_stops) {
  reader.tell(follow{});
  world.settle();
  reader.stop();
  EXPECT_TRUE(world.system().wait_stopped(reader, 1s));
  source->publish(2);  // nobody is woken; checked by AddressSanitizer
  world.settle();
}

TEST(watch, may_outlive_the_system_of_those_who_waited) {
  watch_source<int> source(1);
  {
    sim::simulation world(1);
    auto reader = world.system().spawn<follower>(source.watch());
    reader.tell(follow{});
    world.settle();
  }
  EXPECT_EQ(source.publish(2), 2U);  // touches nothing that is gone; checked by AddressSanitizer
}

TEST_F(awaiting, a_closed_watch_answers_at_once) {
  source.reset();
  reader.tell(follow_for{1h});
  world.settle();
  EXPECT_EQ(errors(), std::vector{watch_errc::closed});
}

// Subscribes, and may be slow.
struct nap {
  duration length;
};
struct unsubscribe {};
struct fail {};
class subscriber final : public actor {
 public:
  explicit subscriber(watch<int> view) : view_(std::move(view)) {
    if (!restarted()) subscription_ = view_.subscribe(*this);
  }
  void on(updated<int> m) { values_.push_back(*m.now); }
  task<> on(nap m) { co_await sleep(m.length); }
  void on(unsubscribe) { subscription_ = {}; }
  void on(fail) { throw std::runtime_error("on purpose"); }
  std::vector<int> on(seen) { return values_; }

 private:
  watch<int> view_;
  watch_subscription subscription_;
  std::vector<int> values_;
};

class subscribing : public testing::Test {
 protected:
  sim::simulation world{1};
  watch_source<int> source{1};
  ref<subscriber> reader = world.system().spawn<subscriber>(
      spawn_options{.on_failure = {.delay = {.initial = 0ns, .max = 0ns, .jitter = 0}}},
      source.watch());

  std::vector<int> values(const ref<subscriber>& of) {
    return world.system().ask(of, seen{}, 1h).value();
  }
};

TEST_F(subscribing, delivers_the_value_there_is_and_then_the_newer_ones) {
  world.settle();
  source.publish(2);
  world.settle();
  source.publish(3);
  world.settle();
  EXPECT_EQ(values(reader), (std::vector{1, 2, 3}));
}

TEST_F(subscribing, delivers_to_a_slow_reader_the_newest_once) {
  world.settle();
  reader.tell(nap{1s});
  world.settle();
  for (int i = 2; i <= 1000; ++i) {
    source.publish(i);
    if (i % 10 == 0) world.settle();
  }
  world.run_for(2s);
  EXPECT_EQ(values(reader), (std::vector{1, 1000}));
}

TEST_F(subscribing, goes_past_a_full_mailbox) {
  auto narrow =
      world.system().spawn<subscriber>(spawn_options{.mailbox_capacity = 1}, source.watch());
  world.settle();
  narrow.tell(nap{1s});
  EXPECT_EQ(narrow.tell(nap{1s}), tell_status::mailbox_full);
  source.publish(2);
  world.run_for(2s);
  EXPECT_EQ(values(narrow), (std::vector{1, 2}));
}

TEST_F(subscribing, ends_with_its_subscription) {
  world.settle();
  reader.tell(unsubscribe{});
  world.settle();
  source.publish(2);
  world.settle();
  EXPECT_EQ(values(reader), std::vector{1});
}

TEST_F(subscribing, ends_even_for_a_value_that_is_on_its_way) {
  world.settle();
  reader.tell(nap{1s});
  reader.tell(unsubscribe{});
  world.settle();
  source.publish(2);  // heard while it naps, so it is handled before `unsubscribe`
  world.run_for(2s);
  source.publish(3);
  world.settle();
  EXPECT_EQ(values(reader), (std::vector{1, 2}));
}

TEST_F(subscribing, ends_with_the_instance) {
  world.settle();
  reader.tell(fail{});
  world.run_for(1s);
  source.publish(2);
  world.settle();
  EXPECT_TRUE(values(reader).empty()) << "the new instance has not subscribed";
}

TEST_F(subscribing, ends_with_the_source) {
  std::optional<watch_source<int>> short_lived(std::in_place, 5);
  auto other = world.system().spawn<subscriber>(short_lived->watch());
  world.settle();
  short_lived->publish(6);
  short_lived.reset();
  world.settle();
  EXPECT_EQ(values(other), (std::vector{5, 6}));
}

TEST_F(subscribing, a_hundred_subscribers_all_come_to_the_newest) {
  std::vector<ref<subscriber>> all;
  for (int i = 0; i < 100; ++i) all.push_back(world.system().spawn<subscriber>(source.watch()));
  for (int i = 2; i < 50; ++i) {
    source.publish(i);
    if (i % 7 == 0) world.settle();
  }
  world.settle();
  for (const auto& each : all) EXPECT_EQ(values(each).back(), 49);
}

}  // namespace
}  // namespace troupe
