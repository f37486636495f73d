#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct note {
  int from;
};
struct order {
  using reply = std::vector<int>;
};

class book final : public actor {
 public:
  void on(note m) { seen_.push_back(m.from); }
  std::vector<int> on(order) { return seen_; }

 private:
  std::vector<int> seen_;
};

struct begin {};
class writer final : public actor {
 public:
  writer(int number, ref<book> into) : number_(number), into_(into) { send_after(1ms, begin{}); }
  void on(begin) {
    into_.tell(note{number_});
    if (++sent_ < 5) send_after(duration(random().below(1000)), begin{});
  }

 private:
  int number_;
  ref<book> into_;
  int sent_ = 0;
};

std::pair<std::vector<int>, std::uint64_t> run(std::uint64_t seed) {
  sim::simulation world(seed);
  auto target = world.system().spawn<book>();
  for (int i = 0; i < 10; ++i) world.system().spawn<writer>(i, target);
  world.run_for(1h);
  return {world.system().ask(target, order{}, 1s).value(), world.trace_hash()};
}

TEST(simulation, the_same_seed_gives_the_same_run) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) EXPECT_EQ(run(seed), run(seed)) << seed;
}

TEST(simulation, different_seeds_give_different_orders) {
  EXPECT_NE(run(1).first, run(2).first);
  EXPECT_EQ(run(1).first.size(), 50U);
}

TEST(simulation, the_order_of_those_who_are_ready_at_once_comes_from_the_seed) {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> all = run(seed).first;
    all.resize(10);  // what all of them wrote when they began
    orders.insert(all);
  }
  EXPECT_GT(orders.size(), 15U);
}

TEST(simulation, virtual_time_passes_without_real_time) {
  sim::simulation world(1);
  const time_point before = world.now();
  world.run_for(std::chrono::hours(24 * 365));
  EXPECT_EQ(world.now() - before, std::chrono::hours(24 * 365));
}

}  // namespace
}  // namespace troupe
