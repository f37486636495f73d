// A shop with a race in it, and the test that finds it: the simulator tries orders until one breaks
// the claim, reduces it to what is needed, and says how to play it again.
//
//   find_a_race          the shop that checks the stock and then takes from it
//   find_a_race fixed    the one that does both in one message
#include <chrono>
#include <iostream>
#include <string_view>

#include <troupe/sim_explore.hpp>
#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct in_stock {
  using reply = int;
};
struct take {};
struct take_if_there {
  using reply = bool;
};

class shelf final : public troupe::actor {
 public:
  int on(in_stock) { return stock_; }
  void on(take) { --stock_; }
  bool on(take_if_there) { return stock_ > 0 && stock_-- > 0; }

 private:
  int stock_ = 3;
};

struct buy {};

class customer final : public troupe::actor {
 public:
  customer(troupe::ref<shelf> from, bool careful, troupe::duration comes_after)
      : shelf_(from), careful_(careful) {
    send_after(comes_after, buy{});
  }

  troupe::task<void> on(buy) {
    if (careful_) {
      co_await shelf_.ask(take_if_there{}, 1s);
    } else if (const auto left = co_await shelf_.ask(in_stock{}, 1s); left && *left > 0) {
      shelf_.tell(take{});  // by now somebody else may have taken the last one
    }
  }

 private:
  troupe::ref<shelf> shelf_;
  bool careful_;
};

int main(int argc, char** argv) {
  const bool careful = argc > 1 && std::string_view(argv[1]) == "fixed";
  const troupe::sim::explore_options tries{.seeds = 500, .world = {.delay_max = 10ms}};
  const auto found = troupe::sim::explore(tries, [&](troupe::sim::simulation& world) {
    auto goods = world.system().spawn<shelf>();
    for (int i = 0; i < 4; ++i) world.system().spawn<customer>(goods, careful, i * 5ms);
    world.run_for(1s);
    const auto left = world.system().ask(goods, in_stock{}, 1s);
    troupe::sim::require(left && *left >= 0, "nothing is sold that is not there");
  });
  if (found) {
    std::cout << found << '\n';
    return 0;
  }
  // `std::cout << found` says all there is to say, with the seed and the command to play it again.
  std::cout << found.failed->claim << ": broken\n"
            << "choices that it needs: " << found.failed->reduced.choices.size()
            << ", and the schedule is\n"
            << found.failed->last_turns;
}
