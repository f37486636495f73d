// request-stream: a long answer at the pace of who reads it. The archive writes as far as there is
// credit, and goes on with other messages; so it serves two readers at once, and the slow one does
// not hold up the quick one. Never more than a window of entries is under way to either.
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

struct entry {
  int number;
};
struct list_entries {
  using item = entry;
  int first, last;
};

class archive final : public troupe::actor {
 public:
  void on(list_entries m, troupe::stream_writer<entry> out) {
    const auto id = out.id();
    listing& added = open_[id] = {std::move(out), m.first, m.last};
    write(id, added);
  }
  void on(troupe::stream_credit m) {  // room again; or 0: the reader has left
    if (m.items == 0) return void(open_.erase(m.stream));
    if (open_.contains(m.stream)) write(m.stream, open_.at(m.stream));
  }

 private:
  struct listing {
    troupe::stream_writer<entry> out;
    int next = 0, last = 0;
  };
  void write(std::uint64_t id, listing& to) {
    while (to.next <= to.last) {
      if (to.out.try_write(entry{to.next}) != troupe::stream_write::accepted) return;
      ++to.next;
    }
    to.out.close();
    open_.erase(id);
  }
  std::map<std::uint64_t, listing> open_;
};

struct read_until {
  using reply = std::string;
  int enough;
};

class reader final : public troupe::actor {
 public:
  explicit reader(troupe::ref<archive> from) : from_(std::move(from)) {}

  troupe::task<std::string> on(read_until m) {
    auto list = from_.open(list_entries{1, 1000}, {.window = 16});
    int sum = 0;
    while (auto next = co_await list.next()) {
      sum += next->number;
      if (next->number == m.enough) list.close();
    }
    co_return "sum " + std::to_string(sum) + ", " + std::string(to_string(list.end()->reason));
  }

 private:
  troupe::ref<archive> from_;
};

int main() {
  troupe::system system;
  const auto entries = system.spawn<archive>();
  const auto all = system.spawn<reader>(entries);
  std::cout << system.ask(all, read_until{1001}, 10s).value_or("no answer") << '\n';
  std::cout << system.ask(all, read_until{16}, 10s).value_or("no answer") << '\n';
}
