// Streams, concurrent asks and cancellations on more workers than cores: for ThreadSanitizer and
// AddressSanitizer. The assertions: every item once and in order, the window kept, nobody waits for
// a deadline, nothing left behind.
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

std::atomic<int> items_alive{0};

class item {
 public:
  explicit item(int number) : number_(number) { ++items_alive; }
  item(item&& other) noexcept : number_(other.number_) { ++items_alive; }
  item& operator=(item&&) = default;
  ~item() { --items_alive; }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

struct count_to {
  using item = troupe::item;
  int last;
};
struct feed {
  using item = troupe::item;
  int last;
};
struct poke {
  using reply = int;
};

class source final : public actor {
 public:
  task<> on(count_to m, stream_writer<item> out) {
    for (int i = 1; i <= m.last; ++i) {
      if (!co_await out.write(item(i))) co_return;
    }
  }
  void on(feed m, stream_writer<item> out) {
    const std::uint64_t id = out.id();
    open_.emplace(id, std::pair(std::move(out), std::pair(0, m.last)));
    pump(id);
  }
  void on(stream_credit m) {
    if (m.items == 0) {
      open_.erase(m.stream);
    } else if (open_.contains(m.stream)) {
      pump(m.stream);
    }
  }
  int on(poke) { return static_cast<int>(open_.size()); }

 private:
  void pump(std::uint64_t id) {
    auto& [out, progress] = open_.at(id);
    while (progress.first < progress.second) {
      if (out.try_write(item(progress.first + 1)) != stream_write::accepted) return;
      ++progress.first;
    }
    out.close();
    open_.erase(id);
  }
  std::map<std::uint64_t, std::pair<stream_writer<item>, std::pair<int, int>>> open_;
};

struct go {
  using reply = int;  // what went wrong
  int rounds;
};
struct came {
  item what;
};
struct ended {
  stream_end why;
};
struct piped {
  using reply = std::pair<int, int>;  // ends as expected, mistakes
};

class consumer final : public actor {
 public:
  explicit consumer(std::vector<ref<source>> sources) : sources_(std::move(sources)) {}

  task<int> on(go m) {
    int wrong = 0;
    for (int i = 0; i < m.rounds; ++i) {
      auto& from = sources_[random().below(sources_.size())];
      const auto window = static_cast<std::uint32_t>(1 + random().below(8));
      const int last = static_cast<int>(random().below(200));
      const int leave_at = static_cast<int>(random().below(400));
      auto list = random().below(2) == 0 ? from.open(count_to{last}, {.window = window})
                                         : from.open(feed{last}, {.window = window});
      int read = 0;
      while (auto next = co_await list.next()) {
        if (next->number() != ++read) ++wrong;
        if (read != leave_at) continue;
        list = {};  // forgets the rest
        break;
      }
      if (list && (read != last || *list.end() != stream_reason::completed)) ++wrong;
      if (i % 8 == 0) {
        auto [first, second] = co_await when_all(from.ask(poke{}, 60s), from.ask(poke{}, 60s));
        const auto any = co_await when_any(from.ask(poke{}, 60s), sources_[0].ask(poke{}, 60s));
        if (!first || !second) ++wrong;
        if (!std::visit([](const auto& each) { return each.has_value(); }, any)) ++wrong;
      }
      if (i % 16 == 0 && piping_ == 0) {
        piping_ = last;
        piped_read_ = 0;
        list_ = from.open(feed{last}, {.window = window});
        pipe(
            list_, [](item next) { return came{std::move(next)}; },
            [](stream_end why) { return ended{std::move(why)}; });
      }
    }
    co_return wrong;
  }
  void on(came m) {
    if (m.what.number() != ++piped_read_) ++mistakes_;
  }
  void on(ended m) {
    if (m.why.reason != stream_reason::completed || piped_read_ != piping_) ++mistakes_;
    piping_ = 0;
    ++ends_;
  }
  std::pair<int, int> on(piped) { return {ends_, mistakes_}; }

 private:
  std::vector<ref<source>> sources_;
  stream_reader<item> list_;
  int piping_ = 0;
  int piped_read_ = 0;
  int ends_ = 0;
  int mistakes_ = 0;
};

TEST(streams_under_load, give_every_item_once_in_order_and_leave_nothing) {
  {
    system system({.workers = 4});
    std::vector<ref<source>> sources;
    for (int i = 0; i < 3; ++i) sources.push_back(system.spawn<source>());
    std::vector<ref<consumer>> consumers;
    for (int i = 0; i < 8; ++i) consumers.push_back(system.spawn<consumer>(sources));
    for (std::size_t i = 1; i < consumers.size(); ++i) consumers[i].tell(go{100});
    EXPECT_EQ(system.ask(consumers[0], go{100}, 100s).value_or(-1), 0);
    for (const auto& each : consumers) {
      EXPECT_EQ(system.ask(each, go{1}, 100s).value_or(-1), 0);
      EXPECT_EQ(system.ask(each, piped{}, 100s).value().second, 0);
    }
  }
  EXPECT_EQ(items_alive, 0);
}

// Both sides are stopped at any time, by another thread.
TEST(streams_under_load, end_for_both_sides_however_one_of_them_goes) {
  {
    system system({.workers = 4});
    for (int round = 0; round < 60; ++round) {
      std::vector<ref<source>> sources{system.spawn<source>(), system.spawn<source>()};
      std::vector<ref<consumer>> consumers;
      for (int i = 0; i < 4; ++i) {
        consumers.push_back(system.spawn<consumer>(sources));
        consumers.back().tell(go{20});
      }
      for (int i = 0; i < round; ++i) (void)system.ask(consumers[3], piped{}, 20us);
      consumers[0].stop();
      sources[static_cast<std::size_t>(round) % 2].stop();
      consumers[1].stop();
      for (const auto& each : {consumers[2], consumers[3]}) {
        EXPECT_TRUE(system.ask(each, piped{}, 20s)) << "it is not left waiting, round " << round;
      }
    }
  }
  EXPECT_EQ(items_alive, 0);
}

// Asks twice, and is asked back as soon as it has both answers on their way: no cycle in any order.
class two_way final : public actor {
 public:
  struct meet {
    ref<two_way> other;
  };
  struct ask_twice {};
  struct first {
    using reply = bool;
  };
  struct second {
    using reply = bool;
  };
  struct outcome {
    using reply = std::pair<int, int>;  // answered, refused
  };
  void on(meet m) { other_ = m.other; }
  task<> on(ask_twice) {
    if (rounds_++ == 2000) co_return;
    auto [one, two] = co_await when_all(other_.ask(first{}, 1h), other_.ask(second{}, 1h));
    for (const bool good : {one.has_value(), two.has_value()}) ++(good ? answered_ : refused_);
  }
  bool on(first) { return true; }
  bool on(second) {
    self().tell(ask_twice{});  // the next message of this actor asks back
    return true;
  }
  std::pair<int, int> on(outcome) { return {answered_, refused_}; }

 private:
  ref<two_way> other_;
  int rounds_ = 0;
  int answered_ = 0;
  int refused_ = 0;
};

TEST(asks_in_parallel_under_load, are_no_cycle_once_the_answers_have_left) {
  system system({.workers = 4});
  for (int pair = 0; pair < 4; ++pair) {
    auto one = system.spawn<two_way>(spawn_options{.worker = 0});
    auto two = system.spawn<two_way>(spawn_options{.worker = 1});
    one.tell(two_way::meet{two});
    two.tell(two_way::meet{one});
    one.tell(two_way::ask_twice{});
    // Asked once more for each message: the end of the game is when nothing is added.
    std::pair<int, int> before{-1, -1};
    std::pair<int, int> now{0, 0};
    while (now != before || now.first + now.second < 4000) {
      before = now;
      now = system.ask(two, two_way::outcome{}, 30s).value();
      if (now.second > 0) break;
    }
    EXPECT_EQ(now, std::pair(4000, 0));
    EXPECT_EQ(system.ask(one, two_way::outcome{}, 30s).value(), std::pair(4000, 0));
  }
}

struct serve {
  using reply = int;  // cancelled
  int rounds;
};

// Sleeps and asks that a thread cancels while they may be ending by themselves.
class cancelled_often final : public actor {
 public:
  explicit cancelled_often(std::array<cancellation_source, 64>& sources, ref<source> other)
      : sources_(sources), other_(std::move(other)) {}
  task<int> on(serve m) {
    int cancelled = 0;
    for (int i = 0; i < m.rounds; ++i) {
      const auto token = sources_[static_cast<std::size_t>(i) % sources_.size()].token();
      if (!co_await cancellable(token, sleep(duration(random().below(100'000))))) ++cancelled;
      const auto answer = co_await cancellable(token, other_.ask(poke{}, 60s));
      if (!answer && answer.error() != ask_errc::cancelled) co_return -1;
    }
    co_return cancelled;
  }

 private:
  std::array<cancellation_source, 64>& sources_;
  ref<source> other_;
};

TEST(cancellation_under_load, is_harmless_at_any_time) {
  std::array<cancellation_source, 64> sources;
  {
    system system({.workers = 4});
    auto other = system.spawn<source>();
    auto one = system.spawn<cancelled_often>(std::ref(sources), other);
    auto two = system.spawn<cancelled_often>(std::ref(sources), other);
    two.tell(serve{64});
    one.tell(serve{64});
    for (auto& each : sources) {
      (void)system.ask(other, poke{}, 10s);
      each.cancel();
    }
    EXPECT_EQ(system.ask(one, serve{64}, 60s).value_or(-1), 64) << "all are cancelled by now";
    EXPECT_GE(system.ask(two, serve{64}, 60s).value_or(-1), 64);
  }
}

}  // namespace
}  // namespace troupe
