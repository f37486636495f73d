// Does not compile: `orders` answers `list_orders` with a stream of something else. The error must
// name both.
#include <troupe/troupe.hpp>

namespace shop {

struct order {};
struct list_orders {
  using item = order;
};

class orders final : public troupe::actor {
 public:
  void on(list_orders, troupe::stream_writer<int>) {}
};

void use(troupe::ref<orders> someone) {
  auto list = someone.open(list_orders{});
}

}  // namespace shop
