#include <troupe/sim.hpp>

#include "greeter.hpp"

int main() {
  troupe::sim::simulation world(7);
  const auto someone = world.system().spawn<greeter>();
  const auto answer = world.system().ask(someone, greet{"test"}, std::chrono::seconds(1));
  return answer == "hello, test" ? 0 : 1;
}
