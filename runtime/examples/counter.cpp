// counter: the smallest whole program. An actor owns a number; whoever wants to change it sends a
// message, so the number needs no lock. `add` is told: nothing comes back. `total` is asked: its
// `reply` says what does.
#include <iostream>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct add {
  int amount;
};
struct total {
  using reply = int;
};

class counter final : public troupe::actor {
 public:
  void on(add m) { sum_ += m.amount; }
  int on(total) { return sum_; }

 private:
  int sum_ = 0;
};

int main() {
  troupe::system system;  // one worker thread per core
  troupe::ref<counter> clicks = system.spawn<counter>();

  for (int i = 1; i <= 100; ++i) clicks.tell(add{i});

  // The question comes after the hundred tells of the same sender, so it sees them all.
  const auto sum = system.ask(clicks, total{}, 10s);
  if (!sum) {
    std::cerr << sum.error().describe() << '\n';
    return 1;
  }
  std::cout << "the sum is " << *sum << '\n';
}
