// pipeline: backpressure. A stage asks the next one and waits for its answer, so it has one message
// in flight, and when the next is slow its own mailbox fills. The source sends with `send`, which
// waits for room. Nothing grows, nothing is lost, no thread waits.
#include <iostream>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct number {
  using reply = void;  // an answer without a value: it has been dealt with
  int value;
};
struct end {};

class store final : public troupe::actor {
 public:
  troupe::task<> on(number m) {
    co_await sleep(100us);  // a slow disk
    sum_ += m.value;
  }
  void on(end) {
    std::cout << "the sum of the squares is " << sum_ << '\n';
    stop();
  }

 private:
  long sum_ = 0;
};

class squarer final : public troupe::actor {
 public:
  explicit squarer(troupe::ref<store> next) : next_(next) {}

  troupe::task<> on(number m) {  // until this has returned, the others wait in the mailbox
    const auto stored = co_await next_.ask(number{m.value * m.value}, 10s);
    if (!stored) std::cerr << stored.error().describe() << '\n';
  }
  void on(end m) { next_.tell(m); }

 private:
  troupe::ref<store> next_;
};

struct send_up_to {
  int last;
};

class source final : public troupe::actor {
 public:
  explicit source(troupe::ref<squarer> next) : next_(next) {}

  troupe::task<> on(send_up_to m) {
    for (int value = 1; value <= m.last; ++value) {
      if (co_await send(next_, number{value}, 10s) != troupe::tell_status::accepted) co_return;
    }
    co_await send(next_, end{}, 10s);
    std::cout << m.last << " numbers sent\n";
  }

 private:
  troupe::ref<squarer> next_;
};

int main() {
  troupe::system system;
  const auto last = system.spawn<store>();
  const auto middle = system.spawn<squarer>(troupe::spawn_options{.mailbox_capacity = 8}, last);
  const auto first = system.spawn<source>(middle);
  first.tell(send_up_to{100});
  return system.wait_stopped(last, 60s) ? 0 : 1;
}
