// Commands from outside at half of what can be handled: how long until they are.
#include "../open_loop.hpp"
#include "workloads.hpp"

namespace bench {
namespace {

struct command {
  std::uint64_t due;
};

class receiver final : public troupe::actor {
 public:
  explicit receiver(latencies& measured) : measured_(measured) {}
  void on(command m) { measured_.handled(m.due); }

 private:
  latencies& measured_;
};

double half_load(double seconds, double share) {
  std::vector<std::unique_ptr<latencies>> measured;
  troupe::system system = two_workers();
  std::vector<troupe::ref<receiver>> all;
  for (std::size_t i = 0; i < receivers; ++i) {
    measured.push_back(std::make_unique<latencies>());
    all.push_back(system.spawn<receiver>(std::ref(*measured.back())));
  }
  return open_loop(
      [&](std::size_t to, std::uint64_t due) {
        return all[to].tell(command{due}) == troupe::tell_status::accepted;
      },
      measured, seconds, share);
}

}  // namespace

double half_load_p50(double seconds) {
  return half_load(seconds, 0.5);
}
double half_load_p99(double seconds) {
  return half_load(seconds, 0.99);
}
double half_load_p999(double seconds) {
  return half_load(seconds, 0.999);
}

}  // namespace bench
