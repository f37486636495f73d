#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct row {
  int value;
};
struct column {
  int value;
};
struct hint {
  static constexpr bool urgent = true;
};
struct total {
  using reply = int;
};
struct pause {};
struct explode {};
struct later {};

using sizes = std::vector<int>;

class writer final : public actor {
 public:
  writer(sizes& log, duration takes = 0s) : log_(log), takes_(takes) {}
  void on_batch(std::span<row> rows) {
    log_.push_back(static_cast<int>(rows.size()));
    for (const row& each : rows) {
      if (each.value < 0) throw std::runtime_error("on purpose");
      sum_ += each.value;
    }
  }
  task<> on_batch(std::span<column> columns) {
    log_.push_back(-static_cast<int>(columns.size()));
    co_await sleep(takes_);
    for (const column& each : columns) {
      if (each.value < 0) throw std::runtime_error("on purpose");
      sum_ += each.value;
    }
  }
  int on(total) { return sum_; }
  void on(hint) { log_.push_back(0); }
  task<> on(pause) { co_await sleep(1s); }
  void on(explode) { throw std::runtime_error("on purpose"); }
  void on(later) { send_after(0s, row{1000}); }

 private:
  sizes& log_;
  duration takes_;
  int sum_ = 0;
};

static_assert(handles_in_batches<writer, row> && handles<writer, row>);
static_assert(!handles_in_batches<writer, total>);

class batches : public testing::Test {
 protected:
  ref<writer> start(batching batch = {}, duration takes = 0s, std::uint32_t capacity = 1000) {
    auto target = world.system().spawn<writer>(
        spawn_options{.mailbox_capacity = capacity,
                      .on_failure = {.delay = {.initial = 1ms, .max = 1ms, .jitter = 0}},
                      .batch = batch},
        std::ref(log), takes);
    world.settle();
    return target;
  }
  type_statistics figures() {
    for (const auto& each : world.system().statistics()) {
      if (each.actor_type.ends_with("writer")) return each;
    }
    return {};
  }
  void expect_balance() {
    const type_statistics all = figures();
    EXPECT_EQ(all.accepted, all.handled + all.failed_messages + all.expired + all.dropped +
                                all.dead_letters + all.queued);
  }
  int sum(const ref<writer>& of) { return world.system().ask(of, total{}, 1min).value_or(-1); }
  sizes log;
  sim::simulation world{1};
};

TEST_F(batches, of_a_hundred_are_handled_at_once_and_the_rest_after_ten_milliseconds) {
  auto target = start();
  for (int i = 0; i < 250; ++i) target.tell(row{1});
  world.settle();
  EXPECT_EQ(log, (sizes{100, 100}));
  EXPECT_EQ(target.mailbox_depth(), 50U) << "what waits in a batch is queued";
  EXPECT_EQ(figures().handled, 200U);
  expect_balance();
  world.run_for(9ms);
  EXPECT_EQ(log.size(), 2U);
  world.run_for(1ms);
  EXPECT_EQ(log, (sizes{100, 100, 50}));
  EXPECT_EQ(figures().handled, 250U);
  EXPECT_EQ(figures().queued, 0U);
  expect_balance();
}

TEST_F(batches, have_the_size_and_the_deadline_that_spawn_says) {
  auto target = start({.messages_max = 3, .within = 1s});
  for (int i = 0; i < 4; ++i) target.tell(row{1});
  world.run_for(999ms);
  EXPECT_EQ(log, sizes{3});
  world.run_for(1ms);
  EXPECT_EQ(log, (sizes{3, 1}));
}

TEST_F(batches, cost_no_turns_while_they_wait) {
  auto target = start({.within = 1h});
  target.tell(row{1});
  world.settle();
  const auto before = world.turns();
  world.run_for(30min);
  EXPECT_EQ(world.turns(), before);
}

TEST_F(batches, are_ended_by_a_message_of_another_type_so_that_the_order_is_kept) {
  auto target = start({.within = 1h});
  for (int i = 0; i < 5; ++i) target.tell(row{1});
  EXPECT_EQ(sum(target), 5);
  target.tell(row{1});
  target.tell(column{1});
  target.tell(row{1});
  EXPECT_EQ(sum(target), 8);
  EXPECT_EQ(log, (sizes{5, 1, -1, 1}));
  expect_balance();
}

TEST_F(batches, are_not_ended_by_urgent_messages) {
  auto target = start({.within = 1h});
  target.tell(row{1});
  world.settle();
  target.tell(hint{});
  target.tell(row{1});
  EXPECT_EQ(sum(target), 2);
  EXPECT_EQ(log, (sizes{0, 2}));
}

TEST_F(batches, take_in_what_the_actor_sends_itself) {
  auto target = start({.within = 1h});
  target.tell(later{});
  world.run_for(1ms);
  target.tell(row{1});
  EXPECT_EQ(sum(target), 1001);
  EXPECT_EQ(log, sizes{2});
  expect_balance();
}

TEST_F(batches, never_fill_more_than_half_of_the_mailbox) {
  auto target = start({.within = 1h}, 0s, 10);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(target.tell(row{1}), tell_status::accepted);
  world.settle();
  EXPECT_EQ(log, sizes{5});
  EXPECT_EQ(target.mailbox_depth(), 4U);
}

TEST_F(batches, that_are_tasks_hold_the_actor_and_their_messages_until_they_end) {
  auto target = start({.messages_max = 4}, 1s);
  for (int i = 0; i < 8; ++i) target.tell(column{1});
  world.run_for(900ms);
  EXPECT_EQ(log, sizes{-4});
  EXPECT_EQ(target.mailbox_depth(), 8U);
  expect_balance();
  EXPECT_EQ(sum(target), 8);
  EXPECT_EQ(log, (sizes{-4, -4}));
  expect_balance();
}

TEST_F(batches, that_throw_fail_all_of_their_messages) {
  auto target = start({.messages_max = 4});
  for (const int value : {1, 2, -1, 3}) target.tell(row{value});
  world.run_for(1s);
  EXPECT_EQ(figures().failed_messages, 4U);
  for (const int value : {1, 2, -1, 3}) target.tell(column{value});
  world.run_for(1s);
  EXPECT_EQ(figures().failed_messages, 8U);
  EXPECT_EQ(figures().restarts, 2U);
  EXPECT_EQ(sum(target), 0) << "it goes on, with a new state";
  expect_balance();
}

TEST_F(batches, that_are_being_collected_survive_a_restart) {
  auto target = start({.within = 1h});
  target.tell(row{1});
  world.settle();
  target.tell(row{2});
  auto other = start({.within = 1h});
  other.tell(row{4});
  world.settle();
  // A failure that does not end the batch: of a message the actor has sent itself.
  struct bomb final : actor {
    explicit bomb(int& sum) : sum_(sum) { send_after(1s, explode{}); }
    void on(explode) {
      if (!restarted()) throw std::runtime_error("on purpose");
    }
    void on_batch(std::span<row> rows) { sum_ += static_cast<int>(rows.size()); }
    int& sum_;
  };
  int handled = 0;
  auto third =
      world.system().spawn<bomb>(spawn_options{.batch = {.within = 1min}}, std::ref(handled));
  for (int i = 0; i < 7; ++i) third.tell(row{i});
  world.run_for(30s);
  EXPECT_EQ(third.mailbox_depth(), 7U);
  world.run_for(31s);
  EXPECT_EQ(handled, 7);
}

TEST_F(batches, become_dead_letters_when_the_actor_stops) {
  auto target = start({.within = 1h});
  for (int i = 0; i < 5; ++i) target.tell(row{1});
  world.settle();
  target.stop();
  EXPECT_TRUE(world.system().wait_stopped(target, 1s));
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(figures().dead_letters, 5U);
  EXPECT_EQ(world.system().dead_letters().discarded, 5U);
  EXPECT_EQ(figures().queued, 0U);
  expect_balance();
}

TEST_F(batches, that_are_under_way_fail_when_the_actor_stops) {
  auto target = start({.messages_max = 3, .within = 1h}, 1h);
  for (int i = 0; i < 3; ++i) target.tell(column{1});
  target.tell(row{1});
  world.settle();
  target.stop();
  EXPECT_TRUE(world.system().wait_stopped(target, 1s));
  EXPECT_EQ(figures().failed_messages + figures().handled, 3U);
  EXPECT_EQ(figures().dead_letters, 1U);
  expect_balance();
}

TEST_F(batches, with_a_message_held_back_behind_them_lose_nothing_when_the_actor_stops) {
  auto target = start({.within = 1h}, 1h);
  target.tell(column{1});
  target.tell(total{});  // ends the batch, and waits for it
  world.settle();
  EXPECT_EQ(log, sizes{-1});
  EXPECT_EQ(target.mailbox_depth(), 2U);
  target.stop();
  EXPECT_TRUE(world.system().wait_stopped(target, 1s));
  EXPECT_EQ(figures().dead_letters, 1U);
  expect_balance();
}

TEST_F(batches, are_handled_by_a_drain_without_waiting) {
  auto target = start({.within = 1h});
  for (int i = 0; i < 5; ++i) target.tell(row{1});
  target.stop(stop_mode::drain);
  world.settle();
  EXPECT_TRUE(world.system().wait_stopped(target, 0s));
  EXPECT_EQ(log, sizes{5});
  EXPECT_EQ(figures().handled, 5U);
  expect_balance();
}

TEST_F(batches, wait_for_a_suspended_handler) {
  auto target = start({.within = 10ms});
  target.tell(row{1});
  world.settle();
  auto other = start({.within = 10ms});
  other.tell(pause{});
  other.tell(row{1});
  world.run_for(500ms);
  EXPECT_EQ(log, sizes{1});
  world.run_for(600ms);
  EXPECT_EQ(log, (sizes{1, 1}));
}

}  // namespace
}  // namespace troupe
