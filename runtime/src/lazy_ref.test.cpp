#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct figures {
  int spawned = 0;
  int alive = 0;
  int alive_most = 0;
  int handled = 0;
};
struct work {};
struct quit {};
struct number {
  using reply = int;
};

class worker final : public actor {
 public:
  explicit worker(figures& of, bool stillborn = false) : figures_(of) {
    ++figures_.spawned;
    figures_.alive_most = std::max(figures_.alive_most, ++figures_.alive);
    if (stillborn) stop();
  }
  ~worker() override { --figures_.alive; }
  void on(work) { ++figures_.handled; }
  void on(quit) { stop(); }
  int on(number) { return figures_.spawned; }
  task<> stopping() { co_await sleep(1s); }

 private:
  figures& figures_;
};

class lazy_refs : public testing::Test {
 protected:
  figures counted;
  sim::simulation world{1};
};

TEST_F(lazy_refs, spawn_nothing_until_they_are_used) {
  const lazy_ref<worker> lazy(world.system(), std::ref(counted));
  world.settle();
  EXPECT_EQ(counted.spawned, 0);
  EXPECT_FALSE(lazy.peek());
  EXPECT_EQ(lazy.tell(work{}), tell_status::accepted);
  EXPECT_TRUE(lazy.peek());
  world.settle();
  EXPECT_EQ(counted.handled, 1);
}

TEST_F(lazy_refs, spawn_once_and_copies_share_it) {
  const lazy_ref<worker> lazy(world.system(), spawn_options{}, std::ref(counted));
  const lazy_ref<worker> copy = lazy;  // NOLINT: the copy is what is tested
  for (int i = 0; i < 10; ++i) {
    lazy.tell(work{});
    copy.tell(work{});
    EXPECT_EQ(lazy.get(), copy.get());
  }
  world.settle();
  EXPECT_EQ(counted.spawned, 1);
  EXPECT_EQ(counted.handled, 20);
}

TEST_F(lazy_refs, spawn_again_when_the_actor_has_stopped) {
  const lazy_ref<worker> lazy(world.system(), std::ref(counted));
  const ref<worker> first = lazy.get();
  world.settle();
  first.stop();
  world.run_for(2s);
  EXPECT_FALSE(lazy.peek());
  EXPECT_EQ(world.system().ask(lazy.get(), number{}, 1s).value(), 2);
  EXPECT_NE(lazy.get(), first);
  EXPECT_EQ(counted.alive_most, 1);
}

TEST_F(lazy_refs, spawn_the_next_only_when_the_last_is_gone) {
  const lazy_ref<worker> lazy(world.system(), std::ref(counted));
  const ref<worker> first = lazy.get();
  world.settle();
  first.tell(quit{});
  world.run_for(500ms);  // stopping() takes a second
  EXPECT_EQ(lazy.get(), first);
  lazy.tell(work{});
  world.settle();
  EXPECT_EQ(counted.spawned, 1);
  world.run_for(1s);
  lazy.tell(work{});
  world.settle();
  EXPECT_EQ(counted.spawned, 2);
  EXPECT_EQ(counted.alive_most, 1);
  EXPECT_EQ(counted.handled, 1) << "what it was sent while stopping is lost with it";
}

struct setup {
  using reply = bool;
};
class owner final : public actor {
 public:
  explicit owner(figures& of) : lazy_(*this, std::ref(of)) {}
  bool on(setup) { return lazy_.tell(work{}) == tell_status::accepted; }

 private:
  lazy_ref<worker> lazy_;
};

TEST_F(lazy_refs, of_an_actor_are_its_children) {
  auto parent = world.system().spawn<owner>(std::ref(counted));
  EXPECT_TRUE(world.system().ask(parent, setup{}, 1s).value());
  world.settle();
  EXPECT_EQ(counted.alive, 1);
  parent.stop();
  EXPECT_TRUE(world.system().wait_stopped(parent, 10s));
  EXPECT_EQ(counted.alive, 0);
}

TEST_F(lazy_refs, of_a_parent_that_has_stopped_refuse) {
  std::optional<lazy_ref<worker>> orphan;
  class maker final : public actor {
   public:
    maker(std::optional<lazy_ref<worker>>& to, figures& of) { to.emplace(*this, std::ref(of)); }
  };
  auto parent = world.system().spawn<maker>(std::ref(orphan), std::ref(counted));
  world.settle();
  parent.stop();
  ASSERT_TRUE(world.system().wait_stopped(parent, 1s));
  EXPECT_EQ(orphan->tell(work{}), tell_status::stopped);
  EXPECT_FALSE(orphan->get());
  EXPECT_EQ(counted.spawned, 0);
}

}  // namespace
}  // namespace troupe
