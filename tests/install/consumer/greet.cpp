#include <iostream>

#include "greeter.hpp"

int main() {
  troupe::system system;
  const auto someone = system.spawn<greeter>();
  const auto answer = system.ask(someone, greet{"world"}, std::chrono::seconds(10));
  std::cout << (answer ? *answer : answer.error().describe()) << '\n';
}
