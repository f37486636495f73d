// A hundred actors that send to one: with room for all there is, and with room for 1000.
#include "workloads.hpp"

namespace bench {
namespace {

constexpr std::uint64_t senders = 100;
constexpr std::uint64_t messages_max = senders * 20'000;

struct number {
  std::uint64_t value;
};
struct expect {
  std::uint64_t messages;
};
struct go {
  std::uint64_t messages;
};

class sink final : public troupe::actor {
 public:
  explicit sink(finish_line& finish) : finish_(finish) {}
  void on(expect m) { missing_ = m.messages; }
  void on(number m) {
    sum_ += m.value;
    if (--missing_ == 0) finish_.arrive();
  }

 private:
  finish_line& finish_;
  std::uint64_t missing_ = 0;
  std::uint64_t sum_ = 0;
};

class teller final : public troupe::actor {
 public:
  explicit teller(troupe::ref<sink> to) : to_(to) {}
  void on(go m) {
    for (std::uint64_t i = 0; i < m.messages; ++i) to_.tell(number{i});
  }

 private:
  troupe::ref<sink> to_;
};

class waiting_sender final : public troupe::actor {
 public:
  explicit waiting_sender(troupe::ref<sink> to) : to_(to) {}
  troupe::task<> on(go m) {
    for (std::uint64_t i = 0; i < m.messages; ++i) {
      co_await troupe::send(to_, number{i}, std::chrono::minutes(1));
    }
  }

 private:
  troupe::ref<sink> to_;
};

template <class Sender>
double messages(std::uint32_t capacity, double seconds) {
  finish_line finish;
  troupe::system system = two_workers();
  troupe::spawn_options roomy;
  roomy.mailbox_capacity = capacity;
  auto to = system.spawn<sink>(roomy, std::ref(finish));
  std::vector<troupe::ref<Sender>> from;
  for (std::uint64_t i = 0; i < senders; ++i) from.push_back(system.spawn<Sender>(to));
  const auto run = [&](std::uint64_t count) {
    finish.expect(1);
    to.tell(expect{count / senders * senders});
    for (auto& each : from) each.tell(go{count / senders});
    finish.wait();
  };
  return per_second(run, seconds, senders, messages_max);
}

}  // namespace

double fan_in(double seconds) {
  return messages<teller>(messages_max, seconds);
}
double fan_in_bounded(double seconds) {
  return messages<waiting_sender>(1000, seconds);
}

}  // namespace bench
