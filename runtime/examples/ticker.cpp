// ticker: time. Timers send messages to the actor that set them, periodically or once, and are gone
// with it. A task may also sleep: its actor then waits, its thread does not.
#include <iostream>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct tick {};
struct deadline {};

class ticker final : public troupe::actor {
 public:
  ticker() {
    ticks_ = send_every(10ms, tick{});
    deadline_ = send_after(1h, deadline{});
  }

  troupe::task<> on(tick) {
    std::cout << "tick " << ++count_ << '\n';
    if (count_ < 3) co_return;
    cancel(ticks_);
    const bool in_time = cancel(deadline_);  // true: it had not been sent yet
    const troupe::time_point before = now();
    co_await sleep(20ms);
    const bool slept = now() - before >= 20ms;
    std::cout << (in_time ? "in time" : "too late") << (slept ? ", and rested\n" : "\n");
    stop();
  }
  void on(deadline) { std::cout << "this takes too long\n"; }

 private:
  troupe::timer_id ticks_;
  troupe::timer_id deadline_;
  int count_ = 0;
};

int main() {
  troupe::system system;
  const auto clock = system.spawn<ticker>();
  return system.wait_stopped(clock, 10s) ? 0 : 1;
}
