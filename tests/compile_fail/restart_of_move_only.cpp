// Does not compile: what may be restarted keeps copies of its arguments.
#include <memory>

#include <troupe/troupe.hpp>

namespace bank {

class vault final : public troupe::actor {
 public:
  explicit vault(std::unique_ptr<int>) {}
};

void use(troupe::system& system) {
  system.spawn<vault>(std::make_unique<int>(1));
}

}  // namespace bank
