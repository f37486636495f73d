#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct work {
  int key = 0;
};
struct slow_work {
  duration length;
};
struct fail {};
struct whoami {
  using reply = std::uint64_t;
};

/// What each worker (by id) has handled, in order.
using record = std::map<std::uint64_t, std::vector<int>>;

class worker final : public actor {
 public:
  explicit worker(record& into) : record_(into) { record_[id()]; }
  void on(work m) { record_[id()].push_back(m.key); }
  task<> on(slow_work m) {
    co_await sleep(m.length);
    record_[id()].push_back(-1);
  }
  void on(fail) { throw std::runtime_error("on purpose"); }
  std::uint64_t on(whoami) { return id(); }

 private:
  record& record_;
};

class pools : public testing::Test {
 protected:
  record handled;
  sim::simulation world{1};

  std::size_t total() const {
    std::size_t sum = 0;
    for (const auto& [id, keys] : handled) sum += keys.size();
    return sum;
  }
};

TEST_F(pools, hand_out_work_in_turn) {
  const pool<worker> workers(world.system(), {.size = 3}, std::ref(handled));
  for (int i = 0; i < 9; ++i) EXPECT_EQ(workers.tell(work{}), tell_status::accepted);
  world.settle();
  EXPECT_EQ(handled.size(), 3U);
  for (const auto& [id, keys] : handled) EXPECT_EQ(keys.size(), 3U);
}

TEST_F(pools, give_work_to_the_shortest_mailbox) {
  const pool<worker> workers(world.system(), {.size = 3, .routing = pool_routing::least_loaded},
                             std::ref(handled));
  const auto all = workers.workers();
  ASSERT_EQ(all.size(), 3U);
  all[0].tell(slow_work{1h});
  all[2].tell(slow_work{1h});
  all[2].tell(work{});
  world.settle();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(workers.pick(), all[1]) << "the only idle one";
    workers.tell(work{});
    world.settle();
  }
  EXPECT_EQ(handled[all[1].id()].size(), 5U);
  all[1].tell(slow_work{1h});
  all[1].tell(work{});
  EXPECT_EQ(workers.pick(), all[0]) << "one message against two and two";
}

TEST_F(pools, send_one_key_to_one_worker_in_order) {
  const pool<worker> workers(world.system(), {.size = 4}, std::ref(handled));
  for (int i = 0; i < 1000; ++i) workers.tell_by(i % 50, work{i % 50});
  world.settle();
  std::map<int, std::set<std::uint64_t>> workers_of;
  for (const auto& [id, keys] : handled) {
    for (const int key : keys) workers_of[key].insert(id);
    EXPECT_GT(keys.size(), 50U) << "the keys are spread";
  }
  EXPECT_EQ(workers_of.size(), 50U);
  for (const auto& [key, by] : workers_of) EXPECT_EQ(by.size(), 1U) << key;
  EXPECT_EQ(workers.pick_by(7).id(), *workers_of[7].begin());
}

TEST_F(pools, tell_everybody) {
  const pool<worker> workers(world.system(), {.size = 3, .worker = {.mailbox_capacity = 2}},
                             std::ref(handled));
  workers.workers()[1].tell(work{});
  workers.workers()[1].tell(work{});
  EXPECT_EQ(workers.broadcast(work{5}), (published{.delivered = 2, .refused = 1}));
  world.settle();
  EXPECT_EQ(workers.broadcast(work{5}), (published{.delivered = 3}));
}

struct ask_pool {
  using reply = std::vector<std::uint64_t>;
};
class client final : public actor {
 public:
  explicit client(pool<worker> of) : pool_(std::move(of)) {}
  task<std::vector<std::uint64_t>> on(ask_pool) {
    std::vector<std::uint64_t> answers;
    for (int i = 0; i < 2; ++i) answers.push_back((co_await pool_.ask(whoami{}, 1s)).value_or(0));
    answers.push_back((co_await pool_.ask_by(3, whoami{}, 1s)).value_or(0));
    co_return answers;
  }

 private:
  pool<worker> pool_;
};

TEST_F(pools, are_asked_like_references) {
  const pool<worker> workers(world.system(), {.size = 2}, std::ref(handled));
  auto asker = world.system().spawn<client>(workers);
  const auto answers = world.system().ask(asker, ask_pool{}, 1s).value();
  EXPECT_NE(answers[0], answers[1]);
  EXPECT_EQ(answers[2], workers.pick_by(3).id());
  EXPECT_NE(answers[0], 0U);
}

TEST_F(pools, pass_over_a_stopped_worker_and_replace_it) {
  const pool<worker> workers(world.system(), {.size = 2, .replace_after = 1s}, std::ref(handled));
  const auto first = workers.workers()[0];
  first.stop();
  ASSERT_TRUE(world.system().wait_stopped(first, 1ms));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(workers.tell(work{}), tell_status::accepted);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(workers.tell_by(i, work{}), tell_status::accepted);
  world.settle();
  EXPECT_EQ(workers.workers().size(), 1U);
  EXPECT_EQ(handled[workers.workers()[0].id()].size(), 8U);
  world.run_for(1s);
  EXPECT_EQ(workers.workers().size(), 2U);
  EXPECT_NE(workers.workers()[0], first);
}

TEST_F(pools, pass_over_a_worker_that_drains) {
  const pool<worker> workers(world.system(), {.size = 2}, std::ref(handled));
  const auto all = workers.workers();
  all[0].tell(slow_work{1h});
  world.settle();
  all[0].stop(stop_mode::drain);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(workers.tell(work{}), tell_status::accepted);
  world.settle();
  EXPECT_EQ(handled[all[1].id()].size(), 4U);
}

TEST_F(pools, replace_a_worker_that_failed_too_often) {
  const pool<worker> workers(
      world.system(),
      {.size = 1, .worker = {.on_failure = {.restarts_max = 1, .when_exceeded = directive::stop}}},
      std::ref(handled));
  const auto first = workers.workers()[0];
  first.tell(fail{});
  world.run_for(100ms);
  EXPECT_EQ(workers.workers()[0], first) << "restarted by its own supervision";
  first.tell(fail{});
  world.run_for(100ms);
  ASSERT_EQ(workers.workers().size(), 1U);
  EXPECT_NE(workers.workers()[0], first);
  EXPECT_EQ(workers.tell(work{}), tell_status::accepted);
}

TEST_F(pools, replace_a_worker_whose_time_was_set_before_another_one_escalated) {
  const pool<worker> workers(
      world.system(),
      {.size = 2,
       .worker = {.on_failure = {.restarts_max = 0, .when_exceeded = directive::escalate}},
       .replace_after = 1s},
      std::ref(handled));
  const auto first = workers.workers();
  first[0].stop();
  world.run_for(500ms);
  first[1].tell(fail{});  // the keeper restarts, and with it all that it waits for
  world.run_for(5s);
  ASSERT_EQ(workers.workers().size(), 2U);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(workers.tell(work{}), tell_status::accepted);
  world.settle();
  EXPECT_EQ(total(), 2U);
}

TEST_F(pools, that_never_replace_refuse_when_all_are_gone) {
  const pool<worker> workers(world.system(), {.size = 2, .replace_after = duration::max()},
                             std::ref(handled));
  for (const auto& each : workers.workers()) each.stop();
  world.run_for(1h);
  EXPECT_EQ(workers.tell(work{}), tell_status::stopped);
  EXPECT_EQ(workers.tell_by(1, work{}), tell_status::stopped);
  EXPECT_FALSE(workers.pick());
  EXPECT_EQ(workers.broadcast(work{}), published{});
}

TEST_F(pools, that_shrink_handle_what_they_were_told) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    record done;
    sim::simulation other(seed);
    const pool<worker> workers(other.system(), {.size = 8, .worker = {.mailbox_capacity = 20}},
                               std::ref(done));
    std::size_t accepted = 0;
    const auto tell = [&](int count) {
      for (int i = 0; i < count; ++i) accepted += workers.tell(work{i}) == tell_status::accepted;
    };
    tell(8 * 20 + 3);  // full, so that even the request to stop has to wait
    workers.resize(2);
    EXPECT_EQ(workers.size(), 2U);
    tell(10);
    other.run_for(1s);
    EXPECT_EQ(workers.workers().size(), 2U);
    std::size_t sum = 0;
    for (const auto& [id, keys] : done) sum += keys.size();
    EXPECT_EQ(sum, accepted) << "seed " << seed;
    EXPECT_GE(accepted, 160U);
    for (const auto& type : other.system().statistics()) {
      if (type.actor_type.find("worker") != std::string_view::npos) {
        EXPECT_EQ(type.alive(), 2U) << "seed " << seed;
      }
    }
  }
}

TEST_F(pools, that_grow_use_the_new_workers) {
  const pool<worker> workers(world.system(), {.size = 1}, std::ref(handled));
  workers.resize(4);
  for (int i = 0; i < 8; ++i) workers.tell(work{});
  world.settle();
  EXPECT_EQ(handled.size(), 4U);
  for (const auto& [id, keys] : handled) EXPECT_EQ(keys.size(), 2U);
}

TEST_F(pools, that_are_shut_down_refuse_and_do_not_replace) {
  const pool<worker> workers(world.system(), {.size = 3}, std::ref(handled));
  workers.tell(work{});
  world.settle();
  workers.shutdown();
  EXPECT_TRUE(world.system().wait_stopped(workers.keeper(), 1s));
  world.run_for(1min);
  EXPECT_EQ(workers.tell(work{}), tell_status::stopped);
  EXPECT_TRUE(workers.workers().empty());
}

TEST(shard_of, moves_one_key_in_n_when_a_shard_is_added) {
  constexpr int keys = 10'000;
  for (std::uint32_t count : {1U, 2U, 7U, 64U}) {
    int moved = 0;
    std::vector<int> load(count + 1);
    for (int key = 0; key < keys; ++key) {
      const std::uint32_t before = shard_of(key, count);
      const std::uint32_t after = shard_of(key, count + 1);
      ASSERT_LT(before, count);
      ++load[after];
      if (before == after) continue;
      ++moved;
      EXPECT_EQ(after, count) << "it moves to the new shard only";
    }
    const int fair = keys / static_cast<int>(count + 1);
    EXPECT_NEAR(moved, fair, fair / 4 + 10);
    for (const int each : load) EXPECT_NEAR(each, fair, fair / 2 + 10);
  }
}

}  // namespace
}  // namespace troupe
