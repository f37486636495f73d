// What the threaded executor owes every actor: a turn, whoever else is busy.
#include <atomic>
#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct ball {};
struct meet;

// Answers each ball with a ball, until the test says that it is enough.
class player final : public actor {
 public:
  explicit player(std::atomic<bool>& enough) : enough_(enough) {}
  void on(meet m);
  void on(ball) {
    if (!enough_.load(std::memory_order_relaxed)) other_.tell(ball{});
  }

 private:
  std::atomic<bool>& enough_;
  ref<player> other_;
};
struct meet {
  ref<player> other;
};
void player::on(meet m) {
  other_ = m.other;
}

struct are_you_there {
  using reply = int;
};
class bystander final : public actor {
 public:
  int on(are_you_there) { return 1; }
};

TEST(scheduler, a_pair_that_talks_without_end_starves_nobody) {
  std::atomic<bool> enough{false};
  troupe::system system({.workers = 1});
  auto one = system.spawn<player>(std::ref(enough));
  auto two = system.spawn<player>(std::ref(enough));
  one.tell(meet{two});
  two.tell(meet{one});
  one.tell(ball{});
  auto other = system.spawn<bystander>();
  auto pinned = system.spawn<bystander>(spawn_options{.worker = 0});
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(system.ask(other, are_you_there{}, 30s).has_value());
    ASSERT_TRUE(system.ask(pinned, are_you_there{}, 30s).has_value());
  }
  enough = true;
}

struct go_on {};
class never_done final : public actor {
 public:
  never_done(std::atomic<int>& turns, std::atomic<bool>& enough) : turns_(turns), enough_(enough) {}
  void on(go_on) {
    turns_.fetch_add(1, std::memory_order_relaxed);
    if (!enough_.load(std::memory_order_relaxed)) self().tell(go_on{});
  }

 private:
  std::atomic<int>& turns_;
  std::atomic<bool>& enough_;
};

TEST(scheduler, of_more_busy_actors_than_the_ring_holds_each_gets_its_turns) {
  constexpr int many = 1000;
  std::atomic<bool> enough{false};
  std::vector<std::atomic<int>> turns(many);
  troupe::system system({.workers = 1});
  for (std::atomic<int>& each : turns) {
    system.spawn<never_done>(std::ref(each), std::ref(enough)).tell(go_on{});
  }
  const auto until = std::chrono::steady_clock::now() + 30s;
  for (const std::atomic<int>& each : turns) {
    while (each < 100 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    ASSERT_GE(each, 100);
  }
  enough = true;
}

}  // namespace
}  // namespace troupe
