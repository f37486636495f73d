// Does not compile: the handler returns another type than the message's reply.
#include <troupe/troupe.hpp>

namespace bank {

struct balance {
  using reply = long;
};

class teller final : public troupe::actor {
 public:
  const char* on(balance) { return "much"; }
};

void use(troupe::ref<teller> someone) {
  someone.tell(balance{});
}

}  // namespace bank
