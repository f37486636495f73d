#include <atomic>
#include <latch>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct work {};
struct fail_now {};
struct nap {
  duration length;
};
struct have_child {
  using reply = std::uint64_t;
};

class inspected final : public actor {
 public:
  void on(work) {}
  void on(fail_now) { throw std::runtime_error("on request"); }
  task<> on(nap m) { co_await sleep(m.length); }
  std::uint64_t on(have_child) { return spawn<inspected>().id(); }
};

std::map<std::uint64_t, actor_status> walk(troupe::system& system, inspect_options options = {}) {
  std::map<std::uint64_t, actor_status> all;
  inspect_page page = inspect(system, {}, options);
  for (;;) {
    EXPECT_LE(page.actors.size(), options.page_size);
    for (actor_status& each : page.actors) {
      EXPECT_TRUE(all.emplace(each.id, each).second) << each.name() << " is on two pages";
    }
    if (!page.next) return all;
    page = inspect(system, *page.next, options);
  }
}

class inspecting : public testing::Test {
 protected:
  actor_status status() { return inspect_actor(world.system(), actor.id()).value(); }
  sim::simulation world{1};
  ref<inspected> actor = world.system().spawn<inspected>();
};

TEST_F(inspecting, an_idle_actor_shows_how_long_it_has_been_idle) {
  world.run_for(1s);
  actor.tell(work{});
  world.run_for(7s);
  const actor_status seen = status();
  EXPECT_EQ(seen.state, actor_state::idle);
  EXPECT_EQ(seen.inactive, 7s);
  EXPECT_EQ(seen.type, type_name<inspected>());
  EXPECT_EQ(seen.name(), std::string(seen.type) + "#" + std::to_string(actor.id()));
  EXPECT_EQ(seen.message, "") << "what it handled last is not what it handles";
  EXPECT_EQ(seen.in_message, 0s);
  EXPECT_EQ(seen.mailbox_capacity, 1000);
}

TEST_F(inspecting, a_suspended_actor_shows_its_message_and_the_time_in_it) {
  world.run_for(1s);
  actor.tell(nap{10s});
  actor.tell(work{});
  world.run_for(4s);
  const actor_status seen = status();
  EXPECT_EQ(seen.state, actor_state::suspended);
  EXPECT_EQ(seen.message, type_name<nap>());
  EXPECT_EQ(seen.in_message, 4s);
  EXPECT_EQ(seen.mailbox_depth, 2u);
  EXPECT_EQ(seen.processed, 0u);
  world.run_for(7s);
  EXPECT_EQ(status().state, actor_state::idle);
  EXPECT_EQ(status().processed, 2u);
}

TEST_F(inspecting, messages_failures_and_restarts_are_counted_for_each_actor) {
  auto other = world.system().spawn<inspected>();
  for (int i = 0; i < 5; ++i) actor.tell(work{});
  actor.tell(fail_now{});
  world.settle();
  EXPECT_EQ(status().state, actor_state::restarting);
  world.run_for(1s);
  actor.tell(work{});
  world.settle();
  const actor_status seen = status();
  EXPECT_EQ(seen.state, actor_state::idle);
  EXPECT_EQ(seen.processed, 7u);
  EXPECT_EQ(seen.failed, 1u);
  EXPECT_EQ(seen.restarts, 1u);
  EXPECT_EQ(inspect_actor(world.system(), other.id())->processed, 0u);
}

TEST_F(inspecting, an_actor_that_waits_for_a_worker_is_ready_and_a_new_one_is_starting) {
  EXPECT_EQ(status().state, actor_state::starting) << "nothing has run in this simulation yet";
  world.settle();
  actor.tell(work{});
  EXPECT_EQ(status().state, actor_state::ready);
}

class slow_to_stop final : public actor {
 public:
  void on(work) {}
  task<std::expected<void, start_error>> started() {
    co_await sleep(1s);
    co_return {};
  }
  task<> stopping() { co_await sleep(1s); }
};

TEST_F(inspecting, hooks_that_run_are_shown_by_their_name) {
  auto slow = world.system().spawn<slow_to_stop>();
  world.run_for(500ms);
  auto seen = inspect_actor(world.system(), slow.id()).value();
  EXPECT_EQ(seen.state, actor_state::starting);
  EXPECT_EQ(seen.message, "started");
  EXPECT_EQ(seen.in_message, 500ms);
  world.run_for(1s);
  slow.stop();
  world.run_for(100ms);
  seen = inspect_actor(world.system(), slow.id()).value();
  EXPECT_EQ(seen.state, actor_state::stopping);
  EXPECT_EQ(seen.message, "stopping");
}

TEST_F(inspecting, an_actor_that_has_stopped_or_never_was_is_not_found) {
  actor.stop();
  world.settle();
  EXPECT_FALSE(inspect_actor(world.system(), actor.id()));
  EXPECT_FALSE(inspect_actor(world.system(), 1'000'000));
  EXPECT_FALSE(inspect_actor(world.system(), 0));
}

TEST_F(inspecting, a_walk_sees_each_actor_once_whatever_the_size_of_the_pages) {
  std::set<std::uint64_t> ids{actor.id()};
  for (int i = 0; i < 1000; ++i) ids.insert(world.system().spawn<inspected>().id());
  world.settle();
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
    auto all = walk(world.system(), {.page_size = size});
    EXPECT_EQ(all.size(), ids.size() + 1) << "with the root";
    for (const std::uint64_t id : ids) EXPECT_TRUE(all.contains(id));
  }
}

TEST_F(inspecting, a_page_is_never_longer_than_the_greatest_size) {
  for (int i = 0; i < 3000; ++i) world.system().spawn<inspected>();
  EXPECT_EQ(inspect(world.system(), {}, {.page_size = 1'000'000}).actors.size(),
            inspect_options::page_size_max);
  EXPECT_EQ(inspect(world.system(), {}, {.page_size = 0}).actors.size(), 1u);
}

TEST_F(inspecting, a_walk_survives_actors_that_come_and_go_between_its_pages) {
  std::vector<ref<inspected>> staying;
  std::vector<ref<inspected>> going;
  for (int i = 0; i < 500; ++i) {
    staying.push_back(world.system().spawn<inspected>());
    going.push_back(world.system().spawn<inspected>());
  }
  world.settle();
  std::set<std::uint64_t> seen;
  inspect_page page = inspect(world.system(), {}, {.page_size = 10});
  for (;;) {
    for (const actor_status& each : page.actors) EXPECT_TRUE(seen.insert(each.id).second);
    if (!page.next) break;
    // The one the cursor has just passed goes, and others, and some come.
    for (int i = 0; i < 8 && !going.empty(); ++i) {
      going.back().stop();
      going.pop_back();
    }
    world.system().spawn<inspected>();
    world.settle();
    page = inspect(world.system(), *page.next, {.page_size = 10});
  }
  for (const auto& each : staying) EXPECT_TRUE(seen.contains(each.id()));
}

TEST_F(inspecting, a_cursor_nobody_gave_out_is_the_end_or_a_place_and_never_worse) {
  EXPECT_FALSE(inspect(world.system(), {~0ULL}).next);
  EXPECT_TRUE(inspect(world.system(), {~0ULL}).actors.empty());
  inspect(world.system(), {12'345'678'901ULL});
}

TEST_F(inspecting, a_subtree_is_an_actor_and_all_below_it) {
  const std::uint64_t child = world.system().ask(actor, have_child{}, 1s).value();
  world.system().spawn<inspected>();
  auto all = walk(world.system(), {.subtree = actor.id()});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.at(child).parent, actor.id());
  const actor_status top = all.at(actor.id());
  const actor_status root = inspect_actor(world.system(), top.parent).value();
  EXPECT_EQ(root.parent, 0u);
  EXPECT_EQ(walk(world.system(), {.subtree = root.id}).size(), 4u);
}

struct hold {};
struct hold_next {};
class holding final : public actor {
 public:
  holding(std::latch& in, std::latch& out) : in_(in), out_(out) {}
  void on(hold_next) { self().tell(hold{}); }  // handled in the same turn
  void on(hold) {
    in_.count_down();
    out_.wait();
  }

 private:
  std::latch& in_;
  std::latch& out_;
};

TEST(inspecting_threads, an_actor_in_the_middle_of_a_handler_is_shown_without_waiting_for_it) {
  std::latch in(1);
  std::latch out(1);
  troupe::system system({.workers = 1, .stall_threshold = 0ms});
  auto actor = system.spawn<holding>(std::ref(in), std::ref(out));
  actor.tell(hold_next{});
  in.wait();
  const actor_status seen = inspect_actor(system, actor.id()).value();
  EXPECT_EQ(seen.state, actor_state::running);
  EXPECT_EQ(seen.message, type_name<hold>());
  EXPECT_EQ(seen.inactive, 0s);
  EXPECT_EQ(seen.processed, 1U) << "of this turn, which has not ended";
  // The time in it grows while the handler has not returned: nothing but the reader's clock moves.
  while (inspect_actor(system, actor.id())->in_message <= seen.in_message) {
    std::this_thread::yield();
  }
  out.count_down();
}

}  // namespace
}  // namespace troupe
