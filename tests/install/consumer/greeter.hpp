// An actor of another project.
#pragma once

#include <string>

#include <troupe/troupe.hpp>

struct greet {
  using reply = std::string;
  std::string whom;
};

class greeter final : public troupe::actor {
 public:
  std::string on(greet m) { return "hello, " + m.whom; }
};
