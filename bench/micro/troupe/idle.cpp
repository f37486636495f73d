// Actors that have handled one message and wait for the next.
#include "workloads.hpp"

namespace bench {
namespace {

struct hello {};

class idler final : public troupe::actor {
 public:
  explicit idler(finish_line& finish) : finish_(finish) {}
  void on(hello) { finish_.arrive(); }

 private:
  finish_line& finish_;
};

}  // namespace

double idle_actor_bytes(double seconds) {
  const auto count = static_cast<std::size_t>(200'000 * std::min(seconds, 1.0));
  finish_line finish;
  troupe::system system = two_workers();
  std::vector<troupe::ref<idler>> all(count);
  finish.expect(1);
  system.spawn<idler>(std::ref(finish)).tell(hello{});  // the workers run
  finish.wait();

  const double before = resident_bytes();
  finish.expect(count);
  for (auto& each : all) {
    each = system.spawn<idler>(std::ref(finish));
    each.tell(hello{});
  }
  finish.wait();
  return (resident_bytes() - before) / static_cast<double>(count);
}

}  // namespace bench
