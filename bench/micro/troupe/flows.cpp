// Streams and timers.
#include "workloads.hpp"

namespace bench {
namespace {

struct numbers {
  using item = std::uint64_t;
  std::uint64_t count;
};
struct go {
  std::uint64_t times;
};

class writer final : public troupe::actor {
 public:
  troupe::task<> on(numbers m, troupe::stream_writer<std::uint64_t> out) {
    for (std::uint64_t i = 0; i < m.count; ++i) {
      if (!co_await out.write(i)) co_return;
    }
  }
};

class reader final : public troupe::actor {
 public:
  reader(finish_line& finish, troupe::ref<writer> from) : finish_(finish), from_(from) {}
  troupe::task<> on(go m) {
    auto list = from_.open(numbers{m.times}, {.window = 64});
    std::uint64_t came = 0;
    while (co_await list.next()) ++came;
    if (came != m.times) std::abort();
    finish_.arrive();
  }

 private:
  finish_line& finish_;
  troupe::ref<writer> from_;
};

struct too_late {};

class timekeeper final : public troupe::actor {
 public:
  explicit timekeeper(finish_line& finish) : finish_(finish) {}
  void on(too_late) { std::abort(); }
  void on(go m) {
    for (std::uint64_t done = 0; done < m.times; done += set_.size()) {
      for (auto& each : set_) each = send_after(std::chrono::hours(1), too_late{});
      for (auto& each : set_) {
        if (!cancel(each)) std::abort();
      }
    }
    finish_.arrive();
  }

 private:
  finish_line& finish_;
  std::vector<troupe::timer_id> set_ = std::vector<troupe::timer_id>(1000);
};

}  // namespace

double stream_items(double seconds) {
  finish_line finish;
  troupe::system system = two_workers();
  auto one = system.spawn<reader>(std::ref(finish), system.spawn<writer>());
  const auto run = [&](std::uint64_t count) {
    finish.expect(1);
    one.tell(go{count});
    finish.wait();
  };
  return per_second(run, seconds);
}

double timers(double seconds) {
  finish_line finish;
  troupe::system system = two_workers();
  auto one = system.spawn<timekeeper>(std::ref(finish));
  const auto run = [&](std::uint64_t count) {
    finish.expect(1);
    one.tell(go{count / 1000 * 1000});
    finish.wait();
  };
  return per_second(run, seconds, 1000);
}

}  // namespace bench
