#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct explode {};
struct watch_it;

class watched final : public actor {
 public:
  void on(explode) { throw std::runtime_error("boom"); }
};

struct watch_it {
  ref<watched> whom;
};
struct notices {
  using reply = std::vector<terminated>;
};

class watcher final : public actor {
 public:
  void on(watch_it m) { monitor(m.whom); }
  void on(terminated m) { seen_.push_back(m); }
  void on(explode) { throw std::runtime_error("boom"); }
  std::vector<terminated> on(notices) { return seen_; }

 private:
  std::vector<terminated> seen_;
};

class monitoring : public testing::Test {
 protected:
  std::vector<terminated> seen() {
    world.settle();
    return world.system().ask(eyes, notices{}, 1ms).value();
  }
  sim::simulation world{1};
  ref<watcher> eyes = world.system().spawn<watcher>();
  ref<watched> target = world.system().spawn<watched>(temporary{});
};

TEST_F(monitoring, delivers_one_notice_with_the_reason) {
  eyes.tell(watch_it{target});
  world.settle();
  EXPECT_TRUE(seen().empty());
  target.tell(explode{});
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen()[0].who, target.id());
  EXPECT_EQ(seen()[0].why, stop_reason::failed);
}

TEST_F(monitoring, of_an_actor_that_is_already_gone_delivers_its_reason) {
  target.stop();
  ASSERT_TRUE(world.system().wait_stopped(target, 1s));
  eyes.tell(watch_it{target});
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_EQ(seen()[0].why, stop_reason::stopped);
}

TEST_F(monitoring, twice_delivers_two_notices) {
  eyes.tell(watch_it{target});
  eyes.tell(watch_it{target});
  world.settle();
  target.stop();
  EXPECT_EQ(seen().size(), 2U);
}

TEST_F(monitoring, a_full_mailbox_does_not_lose_the_notice) {
  auto narrow = world.system().spawn<watcher>(spawn_options{.mailbox_capacity = 1});
  narrow.tell(watch_it{target});
  world.settle();
  ASSERT_EQ(narrow.tell(watch_it{{}}), tell_status::accepted);
  target.stop();
  world.settle();
  EXPECT_EQ(world.system().ask(narrow, notices{}, 1ms).value().size(), 1U);
}

TEST_F(monitoring, ends_with_the_instance_that_asked_for_it) {
  eyes.tell(watch_it{target});
  world.settle();
  eyes.tell(explode{});
  world.run_for(1s);
  target.stop();
  EXPECT_TRUE(seen().empty()) << "the instance after a restart has asked for nothing";
}

TEST_F(monitoring, a_watcher_may_be_gone_before_the_watched) {
  // Freed records and cells are checked by AddressSanitizer.
  eyes.tell(watch_it{target});
  world.settle();
  eyes.stop();
  ASSERT_TRUE(world.system().wait_stopped(eyes, 1s));
  target.stop();
  EXPECT_TRUE(world.system().wait_stopped(target, 1s));
}

TEST_F(monitoring, both_may_stop_at_once_in_any_order) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    sim::simulation other(seed);
    auto a = other.system().spawn<watcher>();
    auto b = other.system().spawn<watched>();
    a.tell(watch_it{b});
    b.stop();
    if (seed % 2) other.settle();
    a.stop();
    EXPECT_TRUE(other.system().wait_stopped(a, 1s)) << "seed " << seed;
    EXPECT_TRUE(other.system().wait_stopped(b, 1s)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace troupe
