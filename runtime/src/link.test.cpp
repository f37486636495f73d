// Actors that fail together.
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct explode {};
struct alive {
  using reply = bool;
};
class peer;
struct link_with {
  ref<peer> other;
};
struct unlink_from {
  ref<peer> other;
};

class peer final : public actor {
 public:
  explicit peer(int& clean_ends) : clean_ends_(clean_ends) {}
  task<> stopping() {
    ++clean_ends_;
    co_return;
  }
  void on(explode) { throw std::runtime_error("on purpose"); }
  void on(link_with m) { link(m.other); }
  void on(unlink_from m) { unlink(m.other); }
  bool on(alive) { return true; }

 private:
  int& clean_ends_;
};

struct trapped {
  using reply = std::vector<link_broken>;
};
class trapper final : public actor {
 public:
  void on(link_with m) { link(m.other); }
  void on(link_broken m) { seen_.push_back(m); }
  std::vector<link_broken> on(trapped) { return seen_; }

 private:
  std::vector<link_broken> seen_;
};

struct notices {
  using reply = std::vector<terminated>;
};
class observer final : public actor {
 public:
  explicit observer(std::vector<ref<peer>> of) {
    for (const auto& each : of) monitor(each);
  }
  void on(terminated m) { seen_.push_back(m); }
  std::vector<terminated> on(notices) { return seen_; }

 private:
  std::vector<terminated> seen_;
};

class links : public testing::Test {
 protected:
  ref<peer> one() { return world.system().spawn<peer>(temporary{}, std::ref(clean_ends)); }
  void join(const ref<peer>& a, const ref<peer>& b) {
    a.tell(link_with{b});
    world.settle();
  }
  bool is_alive(const ref<peer>& of) {
    world.settle();
    return world.system().ask(of, alive{}, 1s).has_value();
  }
  int clean_ends = 0;
  sim::simulation world{1};
};

TEST_F(links, stop_the_other_when_either_fails) {
  for (const bool the_one_that_linked : {true, false}) {
    auto a = one();
    auto b = one();
    join(a, b);
    (the_one_that_linked ? a : b).tell(explode{});
    EXPECT_FALSE(is_alive(a));
    EXPECT_FALSE(is_alive(b));
  }
  EXPECT_EQ(clean_ends, 2) << "who is stopped by a link is not broken itself";
}

TEST_F(links, say_in_the_notice_who_failed_first) {
  auto a = one();
  auto b = one();
  auto c = one();
  join(a, b);
  join(b, c);
  auto eyes = world.system().spawn<observer>(std::vector{c});
  world.settle();
  a.tell(explode{});
  world.settle();
  const auto seen = world.system().ask(eyes, notices{}, 1s).value();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].who, c.id());
  EXPECT_EQ(seen[0].why, stop_reason::linked);
  EXPECT_EQ(seen[0].cause, a.id());
}

TEST_F(links, do_not_concern_who_stops_regularly) {
  auto a = one();
  auto b = one();
  join(a, b);
  a.stop();
  EXPECT_FALSE(is_alive(a));
  EXPECT_TRUE(is_alive(b));
}

TEST_F(links, are_not_broken_by_a_restart_and_survive_it) {
  const spawn_options twice{.on_failure = {.restarts_max = 1,
                                           .delay = {.initial = 1ms, .max = 1ms, .jitter = 0},
                                           .when_exceeded = directive::stop}};
  auto a = world.system().spawn<peer>(twice, std::ref(clean_ends));
  auto b = one();
  join(a, b);
  a.tell(explode{});
  world.run_for(1s);
  EXPECT_TRUE(is_alive(a));
  EXPECT_TRUE(is_alive(b));
  b.tell(explode{});
  EXPECT_FALSE(is_alive(a)) << "the restarted one still is linked";
}

TEST_F(links, tell_an_actor_that_handles_link_broken_instead_of_stopping_it) {
  auto a = one();
  auto b = one();
  auto trap = world.system().spawn<trapper>();
  join(a, b);
  trap.tell(link_with{b});
  world.settle();
  a.tell(explode{});
  world.settle();
  const auto seen = world.system().ask(trap, trapped{}, 1s).value();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].who, b.id());
  EXPECT_EQ(seen[0].why, stop_reason::linked);
  EXPECT_EQ(seen[0].cause, a.id());
}

TEST_F(links, may_form_a_cycle) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::simulation other(seed);
    std::vector<ref<peer>> ring;
    for (int i = 0; i < 5; ++i) {
      ring.push_back(other.system().spawn<peer>(temporary{}, std::ref(clean_ends)));
    }
    for (std::size_t i = 0; i < ring.size(); ++i) {
      ring[i].tell(link_with{ring[(i + 1) % ring.size()]});
    }
    if (seed % 2) other.settle();
    ring[seed % 5].tell(explode{});
    for (const auto& each : ring) {
      EXPECT_TRUE(other.system().wait_stopped(each, 1s)) << "seed " << seed;
    }
  }
}

TEST_F(links, to_an_actor_that_has_failed_already_count_at_once) {
  auto a = one();
  auto b = one();
  a.tell(explode{});
  world.settle();
  join(b, a);
  EXPECT_FALSE(is_alive(b));
}

TEST_F(links, to_an_actor_that_has_stopped_regularly_do_nothing) {
  auto a = one();
  auto b = one();
  a.stop();
  world.settle();
  join(b, a);
  EXPECT_TRUE(is_alive(b));
}

TEST_F(links, can_be_undone_by_either_side) {
  for (const bool the_one_that_linked : {true, false}) {
    auto a = one();
    auto b = one();
    join(a, b);
    (the_one_that_linked ? a : b).tell(unlink_from{the_one_that_linked ? b : a});
    world.settle();
    a.tell(explode{});
    EXPECT_FALSE(is_alive(a));
    EXPECT_TRUE(is_alive(b));
  }
}

TEST_F(links, that_were_undone_before_the_failure_do_not_count_in_any_order_of_things) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::simulation other(seed);
    auto a = other.system().spawn<peer>(temporary{}, std::ref(clean_ends));
    auto b = other.system().spawn<peer>(temporary{}, std::ref(clean_ends));
    a.tell(link_with{b});
    a.tell(unlink_from{b});
    a.tell(explode{});
    other.settle();
    EXPECT_TRUE(other.system().ask(b, alive{}, 1s).value_or(false)) << "seed " << seed;
  }
}

TEST_F(links, made_twice_are_undone_at_once) {
  auto a = one();
  auto b = one();
  join(a, b);
  join(b, a);
  join(a, b);
  a.tell(unlink_from{b});
  world.settle();
  a.tell(explode{});
  EXPECT_TRUE(is_alive(b));
}

TEST_F(links, are_counted_as_a_reason_of_their_own) {
  auto a = one();
  auto b = one();
  join(a, b);
  a.tell(explode{});
  world.settle();
  for (const auto& each : world.system().statistics()) {
    if (!each.actor_type.ends_with("peer")) continue;
    EXPECT_EQ(each.failed, 1U);
    EXPECT_EQ(each.linked, 1U);
    EXPECT_EQ(each.alive(), 0U);
  }
}

}  // namespace
}  // namespace troupe
