#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

// Asks the next along a path of actors; the last one answers.
class node;
struct walk {
  using reply = std::string;
  std::vector<ref<node>> path;  // the next to ask is the last
};

class node final : public actor {
 public:
  task<std::string> on(walk m) {
    if (m.path.empty()) co_return "answered";
    const ref<node> next = m.path.back();
    m.path.pop_back();
    const auto result = co_await next.ask(std::move(m), 1h);
    co_return result ? *result : result.error().describe();
  }
};

class asking_in_a_ring : public testing::Test {
 protected:
  std::string answer(std::vector<ref<node>> path) {
    const time_point before = world.now();
    const ref<node> first = path.back();
    path.pop_back();
    auto result = world.system().ask(first, walk{std::move(path)}, 24h);
    EXPECT_LT(world.now() - before, 1s) << "nothing was waited for";
    return result.value_or("no answer");
  }
  static std::string name(const ref<node>& one) {
    return std::string(one.type()) + "#" + std::to_string(one.id());
  }
  sim::simulation world{1};
  ref<node> a = world.system().spawn<node>();
  ref<node> b = world.system().spawn<node>();
  ref<node> c = world.system().spawn<node>();
};

TEST_F(asking_in_a_ring, oneself_fails_at_once) {
  EXPECT_NE(answer({a, a}).find("would_deadlock"), std::string::npos);
}

TEST_F(asking_in_a_ring, of_three_fails_at_once_and_names_the_cycle) {
  const std::string said = answer({a, c, b, a});
  EXPECT_NE(said.find(name(c) + " -> " + name(a) + " -> " + name(b) + " -> " + name(c)),
            std::string::npos)
      << said;
}

TEST_F(asking_in_a_ring, a_chain_that_does_not_come_back_is_answered) {
  EXPECT_EQ(answer({c, b, a}), "answered");
  EXPECT_EQ(answer({a, b, c}), "answered") << "and nothing of the first is left behind";
}

class impatient;
struct hello {
  using reply = int;
};
struct ask_it {
  using reply = std::string;
  ref<impatient> whom;
  duration first;  // sleeps
  duration within;
};
class impatient final : public actor {
 public:
  int on(hello) { return 1; }
  task<std::string> on(ask_it m) {
    co_await sleep(m.first);
    const auto result = co_await m.whom.ask(hello{}, m.within);
    co_return result ? "answered" : result.error().describe();
  }
};

TEST_F(asking_in_a_ring, that_was_broken_by_a_deadline_is_no_cycle) {
  auto one = world.system().spawn<impatient>();
  auto two = world.system().spawn<impatient>();
  one.tell(ask_it{two, 0s, 1s});  // gives up while the other sleeps
  EXPECT_EQ(world.system().ask(two, ask_it{one, 2s, 1h}, 24h).value(), "answered");
}

// Two actors that ask each other from both sides at once. Each ask ends soon: answered, or refused
// because the other waits for this one.
struct poke {
  using reply = int;
};
struct bout {
  using reply = int;  // asks that were neither answered nor refused as a deadlock
  int rounds;
};
class rival final : public actor {
 public:
  struct meet {
    ref<rival> other;
  };
  void on(meet m) { other_ = m.other; }
  int on(poke) { return 1; }
  task<int> on(bout m) {
    int odd = 0;
    for (int i = 0; i < m.rounds; ++i) {
      const auto result = co_await other_.ask(poke{}, 60s);
      if (!result && result.error() != ask_errc::would_deadlock) ++odd;
    }
    co_return odd;
  }

 private:
  ref<rival> other_;
};

TEST(asking_each_other, on_threads_never_waits_for_the_deadline) {
  system system({.workers = 4});
  for (int pair = 0; pair < 20; ++pair) {
    auto one = system.spawn<rival>(spawn_options{.worker = 0});
    auto two = system.spawn<rival>(spawn_options{.worker = 1});
    one.tell(rival::meet{two});
    two.tell(rival::meet{one});
    two.tell(bout{500});
    EXPECT_EQ(system.ask(one, bout{500}, 30s).value_or(-1), 0);
    EXPECT_EQ(system.ask(two, bout{1}, 30s).value_or(-1), 0);
  }
}

// An actor asks back as soon as it has answered. The asker waits no more then, though the answer
// may not have reached it: that is no cycle, in any order of events.
class partner final : public actor {
 public:
  struct meet {
    ref<partner> other;
  };
  struct ask_once {
    using reply = bool;
  };
  struct go {};
  struct outcome {
    using reply = std::pair<int, int>;  // answered, failed
  };
  void on(meet m) { other_ = m.other; }
  bool on(ask_once) {
    self().tell(go{});  // the next message of this actor asks back
    return true;
  }
  task<> on(go) {
    if (answered_ + failed_ >= 50) co_return;
    const auto result = co_await other_.ask(ask_once{}, 60s);
    ++(result ? answered_ : failed_);
  }
  std::pair<int, int> on(outcome) { return {answered_, failed_}; }

 private:
  ref<partner> other_;
  int answered_ = 0;
  int failed_ = 0;
};

TEST(asking_back, after_an_answer_is_no_cycle) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::simulation world(seed);
    auto one = world.system().spawn<partner>();
    auto two = world.system().spawn<partner>();
    one.tell(partner::meet{two});
    two.tell(partner::meet{one});
    one.tell(partner::go{});
    world.run_for(1s);
    EXPECT_EQ(world.system().ask(one, partner::outcome{}, 1s).value(), std::pair(50, 0)) << seed;
    EXPECT_EQ(world.system().ask(two, partner::outcome{}, 1s).value(), std::pair(50, 0)) << seed;
  }
}

}  // namespace
}  // namespace troupe
