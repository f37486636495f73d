// Requests and replies: of one asker, of a hundred at once, and to an actor made for the one
// question.
#include "workloads.hpp"

namespace bench {
namespace {

constexpr troupe::duration patience = std::chrono::minutes(1);

struct add {
  using reply = std::uint64_t;
  std::uint64_t amount;
};
struct go {
  std::uint64_t times;
};

class counter final : public troupe::actor {
 public:
  std::uint64_t on(add m) { return sum_ += m.amount; }

 private:
  std::uint64_t sum_ = 0;
};

class asker final : public troupe::actor {
 public:
  asker(finish_line& finish, troupe::ref<counter> of) : finish_(finish), of_(of) {}
  troupe::task<> on(go m) {
    for (std::uint64_t i = 0; i < m.times; ++i) {
      if (!co_await of_.ask(add{i}, patience)) std::abort();
    }
    finish_.arrive();
  }

 private:
  finish_line& finish_;
  troupe::ref<counter> of_;
};

class once final : public troupe::actor {
 public:
  std::uint64_t on(add m) {
    stop();
    return m.amount + 1;
  }
};

class parent final : public troupe::actor {
 public:
  explicit parent(finish_line& finish) : finish_(finish) {}
  troupe::task<> on(go m) {
    for (std::uint64_t i = 0; i < m.times; ++i) {
      auto child = spawn<once>();
      if (!co_await child.ask(add{i}, patience)) std::abort();
    }
    finish_.arrive();
  }

 private:
  finish_line& finish_;
};

class askers {
 public:
  explicit askers(std::uint64_t count) : system_(two_workers()) {
    auto of = system_.spawn<counter>();
    for (std::uint64_t i = 0; i < count; ++i) {
      all_.push_back(system_.spawn<asker>(std::ref(finish_), of));
    }
  }
  void run(std::uint64_t times) {
    finish_.expect(all_.size());
    for (auto& each : all_) each.tell(go{times / all_.size()});
    finish_.wait();
  }

 private:
  finish_line finish_;
  troupe::system system_;
  std::vector<troupe::ref<asker>> all_;
};

class parents {
 public:
  void run(std::uint64_t times) {
    finish_.expect(1);
    one_.tell(go{times});
    finish_.wait();
  }

 private:
  finish_line finish_;
  troupe::system system_ = two_workers();
  troupe::ref<parent> one_ = system_.spawn<parent>(std::ref(finish_));
};

}  // namespace

double asks(double seconds) {
  askers one(1);
  return per_second([&](std::uint64_t count) { one.run(count); }, seconds);
}
double commands(double seconds) {
  askers many(100);
  return per_second([&](std::uint64_t count) { many.run(count); }, seconds);
}
double spawns(double seconds) {
  parents all;
  return per_second([&](std::uint64_t count) { all.run(count); }, seconds);
}
double allocations_per_ask(double) {
  askers one(1);
  return allocations_per([&](std::uint64_t count) { one.run(count); }, 100'000);
}
double allocations_per_spawn(double) {
  parents all;
  return allocations_per([&](std::uint64_t count) { all.run(count); }, 20'000);
}

}  // namespace bench
