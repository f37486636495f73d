// Pings between two actors while a third is flooded: nobody waits long behind a busy mailbox.
#include <atomic>

#include "workloads.hpp"

namespace bench {
namespace {

constexpr troupe::duration patience = std::chrono::minutes(1);
constexpr std::size_t pings_min = 100;

struct drop_of_water {};
struct flow {};
struct ping {
  using reply = void;
};
struct go {};

class flooded final : public troupe::actor {
 public:
  void on(drop_of_water) {}
};

/// Keeps the mailbox of the other full.
class flooder final : public troupe::actor {
 public:
  flooder(const std::atomic<bool>& over, troupe::ref<flooded> to) : over_(over), to_(to) {}
  troupe::task<> on(flow) {
    while (!over_) co_await troupe::send(to_, drop_of_water{}, patience);
  }

 private:
  const std::atomic<bool>& over_;
  troupe::ref<flooded> to_;
};

class ponger final : public troupe::actor {
 public:
  void on(ping) {}
};

class pinger final : public troupe::actor {
 public:
  pinger(std::atomic<bool>& over, finish_line& finish, std::vector<std::uint64_t>& took,
         double seconds, troupe::ref<ponger> to)
      : over_(over), finish_(finish), took_(took), seconds_(seconds), to_(to) {}
  troupe::task<> on(go) {
    const std::uint64_t began = nanoseconds();
    const std::uint64_t warm = began + static_cast<std::uint64_t>(seconds_ * 0.2e9);
    const std::uint64_t ends = began + static_cast<std::uint64_t>(seconds_ * 1.2e9);
    for (std::uint64_t at = began; at < ends || took_.size() < pings_min;) {
      if (!co_await to_.ask(ping{}, patience)) std::abort();
      const std::uint64_t now = nanoseconds();
      if (at > warm) took_.push_back(now - at);
      at = now;
    }
    over_ = true;
    finish_.arrive();
  }

 private:
  std::atomic<bool>& over_;
  finish_line& finish_;
  std::vector<std::uint64_t>& took_;
  double seconds_;
  troupe::ref<ponger> to_;
};

}  // namespace

double flooded_ping_p99(double seconds) {
  std::atomic<bool> over{false};
  finish_line finish;
  std::vector<std::uint64_t> took;
  troupe::system system = two_workers();
  finish.expect(1);
  system.spawn<flooder>(std::cref(over), system.spawn<flooded>()).tell(flow{});
  system
      .spawn<pinger>(std::ref(over), std::ref(finish), std::ref(took), seconds,
                     system.spawn<ponger>())
      .tell(go{});
  finish.wait();
  return percentile(took, 0.99) / 1000;
}

}  // namespace bench
