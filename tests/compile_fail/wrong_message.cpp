// Does not compile: `teller` has no handler for `freeze`. The error must name both.
#include <troupe/troupe.hpp>

namespace bank {

struct freeze {};
struct thaw {};

class teller final : public troupe::actor {
 public:
  void on(thaw) {}
};

void use(troupe::ref<teller> someone) {
  someone.tell(freeze{});
}

}  // namespace bank
