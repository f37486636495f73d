// Does not compile: a coroutine handler would keep a reference to a message that is gone.
#include <troupe/troupe.hpp>

namespace bank {

struct deposit {
  using reply = long;
};

class teller final : public troupe::actor {
 public:
  troupe::task<long> on(const deposit&) { co_return 1; }
};

}  // namespace bank
