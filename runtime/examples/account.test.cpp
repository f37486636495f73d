// A test of one's own actors, on the simulator: no threads, no waiting, and the time is virtual. A
// seed decides who runs when, so a failure under one seed is the same failure every time.
#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct deposit {
  int amount;
};
struct balance {
  using reply = int;
};
struct pay_interest {};

class account final : public troupe::actor {
 public:
  account() { send_every(24h * 365, pay_interest{}); }
  void on(deposit m) { cents_ += m.amount; }
  int on(balance) { return cents_; }
  void on(pay_interest) { cents_ += cents_ / 10; }

 private:
  int cents_ = 0;
};

TEST(account, pays_interest_once_a_year_in_whatever_order_things_run) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    troupe::sim::simulation world(seed);
    auto mine = world.system().spawn<account>();
    mine.tell(deposit{100});
    world.run_for(24h * 365 * 2 + 1h);  // takes microseconds
    EXPECT_EQ(world.system().ask(mine, balance{}, 1s).value(), 121) << "seed " << seed;
  }
}
