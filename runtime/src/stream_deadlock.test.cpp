#include <string>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seed_count = 60;

struct numbers {
  using item = int;
  int last;
};
struct echo {
  using reply = int;
};

class neighbour final : public actor {
 public:
  struct listen {
    using reply = std::string;
    ref<neighbour> to;
    int last = 5;
  };
  struct ask_while_streaming {
    using item = int;
    ref<neighbour> whom;
  };
  struct listen_badly {
    using reply = std::string;
    ref<neighbour> to;
  };
  struct written_then_ask {
    using item = int;
    ref<neighbour> whom;
  };
  struct read_then_end {
    using reply = bool;
    ref<neighbour> from;
    ref<neighbour> self;
  };
  struct go {
    ref<neighbour> whom;
  };
  struct mistaken {
    using reply = int;
  };

  task<> on(numbers m, stream_writer<int> out) {
    for (int i = 1; i <= m.last; ++i) {
      if (!co_await out.write(i)) co_return;
    }
  }
  task<std::string> on(listen m) {
    auto list = m.to.open(numbers{m.last});
    int sum = 0;
    while (auto each = co_await list.next()) sum += *each;
    co_return list.end()->reason == stream_reason::completed ? std::to_string(sum)
                                                             : list.end()->describe();
  }
  int on(echo) { return 1; }
  task<> on(ask_while_streaming m, stream_writer<int> out) {
    const auto answer = co_await m.whom.ask(echo{}, 1h);
    co_await out.write(answer ? 1 : static_cast<int>(answer.error().code));
  }
  task<std::string> on(listen_badly m) {
    auto list = m.to.open(ask_while_streaming{self()});
    const auto first = co_await list.next();
    co_return first ? std::to_string(*first) : list.end()->describe();
  }
  task<> on(written_then_ask m, stream_writer<int> out) {
    for (int i = 0; i < 3; ++i) {
      if (!co_await out.write(i)) co_return;
    }
    self().tell(go{m.whom});
  }
  task<> on(go m) {
    const auto answer = co_await m.whom.ask(echo{}, 1h);
    if (!answer) ++mistaken_;
  }
  task<bool> on(read_then_end m) {
    auto list = m.from.open(written_then_ask{m.self}, {.window = 1});
    while (co_await list.next()) {
    }
    co_return list.end()->reason == stream_reason::completed;
  }
  int on(mistaken) { return mistaken_; }

 private:
  int mistaken_ = 0;
};

TEST(stream_deadlock, of_an_actor_that_reads_its_own_handler_ends_at_once) {
  sim::simulation world(1);
  auto one = world.system().spawn<neighbour>();
  const time_point before = world.now();
  const auto said = world.system().ask(one, neighbour::listen{one}, 24h).value();
  EXPECT_NE(said.find("would_deadlock: the reader"), std::string::npos) << said;
  const std::string name = std::string(one.type()) + "#" + std::to_string(one.id());
  EXPECT_NE(said.find(name + " -> " + name), std::string::npos) << said;
  EXPECT_EQ(world.now(), before);
}

TEST(stream_deadlock, of_a_writer_that_asks_its_reader_is_refused_at_once) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    sim::simulation world(seed);
    auto one = world.system().spawn<neighbour>();
    auto two = world.system().spawn<neighbour>();
    const time_point before = world.now();
    const auto said = world.system().ask(one, neighbour::listen_badly{two}, 24h).value();
    const bool writer_was_refused =
        said == std::to_string(static_cast<int>(ask_errc::would_deadlock));
    const bool reader_was_refused = said.starts_with("would_deadlock");
    EXPECT_TRUE(writer_was_refused || reader_was_refused) << said << " seed " << seed;
    EXPECT_EQ(world.now(), before) << seed;
  }
}

TEST(stream_deadlock, is_not_seen_where_there_is_none) {
  for (std::uint64_t seed = 1; seed <= 10 * seed_count; ++seed) {
    sim::simulation world(seed);
    auto one = world.system().spawn<neighbour>();
    auto two = world.system().spawn<neighbour>();
    EXPECT_TRUE(world.system().ask(one, neighbour::read_then_end{two, one}, 24h).value()) << seed;
    world.settle();
    EXPECT_EQ(world.system().ask(two, neighbour::mistaken{}, 1s).value(), 0)
        << "what was answered waits no more, seed " << seed;
  }
}

}  // namespace
}  // namespace troupe
