// event_sourced_cart: a shopping cart that survives a crash. Its state is what its events make it;
// a command that is sent again, because its answer was lost, gets the first answer. The journal is
// in memory here; sqlite_journal::open() gives one on disk.
#include <iostream>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct item_added {
  static constexpr std::string_view event_name = "item_added";
  static constexpr std::uint32_t event_version = 1;
  std::string item;
  std::string encode() const { return item; }
  static std::optional<item_added> decode(std::uint32_t, std::string_view data) {
    return item_added{std::string(data)};
  }
};

struct contents {
  std::string items;
  int count = 0;
  void apply(const item_added& event) { items += (count++ ? ", " : "") + event.item; }
};

enum class cart_errc : std::uint8_t { full, try_again };

struct add {
  using reply = std::expected<int, cart_errc>;  // how many items there are now
  std::string id;                               // chosen by the sender, the same for a retry
  std::string item;
};
struct look {
  using reply = std::string;
};

class cart final : public troupe::event_sourced<contents, item_added> {
 public:
  explicit cart(troupe::journal& journal) : event_sourced(journal, "cart-7") {}

  troupe::task<add::reply> on(add m) {
    if (auto first = answered<add::reply>({"add", m.id})) co_return *first;
    if (state().count == 3) co_return std::unexpected(cart_errc::full);
    auto stored =
        co_await persist_answer({"add", m.id}, add::reply(state().count + 1), item_added{m.item});
    co_return stored ? *stored : std::unexpected(cart_errc::try_again);
  }
  std::string on(look) { return state().items; }
};

void put(troupe::system& system, const troupe::ref<cart>& into, add command) {
  std::cout << command.item << ": ";
  if (auto count = system.ask(into, std::move(command), 10s)) {
    std::cout << *count << " items\n";
  } else {
    std::cout << "refused\n";
  }
}

int main() {
  troupe::memory_journal journal;
  {
    troupe::system system;
    const auto mine = system.spawn<cart>(std::ref<troupe::journal>(journal));
    put(system, mine, {"c1", "bread"});
    put(system, mine, {"c2", "milk"});
    put(system, mine, {"c2", "milk"});  // a retry
  }
  troupe::system system;  // as after a crash: only the journal is left
  const auto mine = system.spawn<cart>(std::ref<troupe::journal>(journal));
  std::cout << "recovered: " << system.ask(mine, look{}, 10s).value() << '\n';
  put(system, mine, {"c1", "bread"});
  put(system, mine, {"c3", "cheese"});
  put(system, mine, {"c4", "wine"});
}
