#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>
#include <troupe/when.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

enum class shop_error : std::uint8_t { sold_out };

struct quote {
  using reply = int;
  int value;
  duration takes{};
};
struct reserve {
  using reply = std::expected<std::string, shop_error>;
  bool there = true;
};
struct explode {
  using reply = int;
};
struct handled_count {
  using reply = int;
};

class shop final : public actor {
 public:
  task<int> on(quote m) {
    ++handled_;
    if (m.takes > 0s) co_await sleep(m.takes);
    co_return m.value;
  }
  std::expected<std::string, shop_error> on(reserve m) {
    if (!m.there) return std::unexpected(shop_error::sold_out);
    return "reserved";
  }
  int on(explode) { throw std::runtime_error("on purpose"); }
  int on(handled_count) { return handled_; }

 private:
  int handled_ = 0;
};

std::string text(const ask_result<quote>& result) {
  return result ? std::to_string(*result) : std::string(to_string(result.error().code));
}

struct all_of {
  using reply = std::string;
};
struct all_of_many {
  using reply = std::string;
  int count;
};
struct any_of {
  using reply = std::string;
  std::vector<quote> asks;
  duration deadline = 10s;
};
struct any_of_two_kinds {
  using reply = std::string;
};

class buyer final : public actor {
 public:
  explicit buyer(std::vector<ref<shop>> shops) : shops_(std::move(shops)) {}

  task<std::string> on(all_of) {
    auto [price, place, late, none, failed] =
        co_await when_all(shops_[0].ask(quote{7, 100ms}, 1s), shops_[1].ask(reserve{false}, 1s),
                          shops_[2].ask(quote{8, 5s}, 2s), ref<shop>{}.ask(quote{}, 1s),
                          shops_[1].ask(explode{}, 1s));
    co_return text(price) + "," + (place.error().answer() ? "sold out" : "no answer") + "," +
        text(late) + "," + text(none) + "," + text(failed);
  }
  task<std::string> on(all_of_many m) {
    std::vector<detail::ask_operation<quote>> asks;
    for (int i = 0; i < m.count; ++i) {
      auto& to = shops_[static_cast<std::size_t>(i) % shops_.size()];
      asks.push_back(to.ask(quote{i, 10ms}, 1h));
    }
    int sum = 0;
    for (const auto& each : co_await when_all(std::move(asks))) sum += each.value_or(-1'000'000);
    co_return std::to_string(sum);
  }
  task<std::string> on(any_of m) {
    std::vector<detail::ask_operation<quote>> asks;
    for (std::size_t i = 0; i < m.asks.size(); ++i) {
      asks.push_back(shops_[i].ask(m.asks[i], m.deadline));
    }
    const auto [index, result] = co_await when_any(std::move(asks));
    co_return std::to_string(index) + ":" + text(result);
  }
  task<std::string> on(any_of_two_kinds) {
    auto first = co_await when_any(shops_[0].ask(quote{1, 1s}, 1h), shops_[1].ask(reserve{}, 1h));
    co_return std::to_string(first.index()) + ":" + std::get<1>(first).value();
  }

 private:
  std::vector<ref<shop>> shops_;
};

class when : public testing::Test {
 protected:
  template <class M>
  std::string ask(M message) {
    return world.system().ask(asker, std::move(message), 24h).value_or("no answer");
  }
  int handled(std::size_t which) {
    return world.system().ask(shops[which], handled_count{}, 24h).value_or(-1);
  }
  sim::simulation world{1};
  std::vector<ref<shop>> shops{world.system().spawn<shop>(), world.system().spawn<shop>(),
                               world.system().spawn<shop>()};
  ref<buyer> asker = world.system().spawn<buyer>(shops);
  time_point began = world.now();
};

TEST_F(when, all_gives_each_result_as_it_would_be_alone_at_the_same_time) {
  EXPECT_EQ(ask(all_of{}), "7,sold out,timeout,no_such_actor,failed");
  EXPECT_EQ(world.now() - began, 2s) << "the longest deadline, not their sum";
}

TEST_F(when, all_of_a_list_waits_for_every_one) {
  EXPECT_EQ(ask(all_of_many{90}), std::to_string(89 * 90 / 2));
  EXPECT_EQ(world.now() - began, 300ms) << "three shops, thirty each";
  EXPECT_EQ(ask(all_of_many{0}), "0");
}

TEST_F(when, any_gives_the_first_value_and_does_not_wait_for_the_rest) {
  EXPECT_EQ(ask(any_of{{{1, 3s}, {2, 1s}, {3, 2s}}}), "1:2");
  EXPECT_EQ(world.now() - began, 1s);
  EXPECT_EQ(ask(any_of_two_kinds{}), "1:reserved");
}

TEST_F(when, any_prefers_a_value_that_comes_late_to_an_error_that_comes_early) {
  EXPECT_EQ(ask(any_of{{{1, 30s}, {2, 5s}}, 10s}), "1:2");
  shops[0].stop();
  EXPECT_EQ(ask(any_of{{{1, 30s}, {2, 5s}}, 10s}), "1:2");
  EXPECT_EQ(ask(any_of{{{1, 30s}, {2, 50s}}, 10s}), "1:timeout") << "all failed: the last error";
}

TEST_F(when, any_takes_back_what_is_still_queued) {
  shops[1].tell(quote{0, 10s});
  world.settle();
  EXPECT_EQ(ask(any_of{{{1, 1s}, {2, 0s}}, 1h}), "0:1");
  world.run_for(1min);
  EXPECT_EQ(handled(1), 1) << "what it was busy with, not what was cancelled";
}

TEST_F(when, any_drops_late_answers_and_the_next_wait_is_not_confused) {
  EXPECT_EQ(ask(any_of{{{1, 2s}, {2, 1s}}}), "1:2");
  EXPECT_EQ(ask(any_of{{{3, 2s}, {4, 6s}}}), "0:3");
  world.run_for(1min);
  EXPECT_EQ(ask(all_of_many{3}), "3");
}

struct outcome {
  std::string& of;
};
class stopped_while_waiting final : public actor {
 public:
  explicit stopped_while_waiting(std::vector<ref<shop>> shops) : shops_(std::move(shops)) {}
  task<> on(outcome m) {
    auto [first, second] =
        co_await when_all(shops_[0].ask(quote{1, 1h}, 24h), shops_[1].ask(quote{2, 1s}, 24h));
    m.of = text(first) + "," + text(second);
    const auto any =
        co_await when_any(shops_[0].ask(quote{1, 1h}, 24h), shops_[1].ask(quote{2, 1h}, 24h));
    m.of += "," + std::visit([](const auto& each) { return text(each); }, any);
  }

 private:
  std::vector<ref<shop>> shops_;
};

TEST_F(when, the_asker_is_stopped_what_is_not_answered_is_cancelled) {
  std::string came_to;
  auto who = world.system().spawn<stopped_while_waiting>(shops);
  who.tell(outcome{came_to});
  world.run_for(10s);
  who.stop();
  EXPECT_TRUE(world.system().wait_stopped(who, 1s));
  EXPECT_EQ(came_to, "cancelled,2,cancelled");
}

// ---- deadlocks ---------------------------------------------------------------------------------

struct poke {
  using reply = int;
};
struct ask_all {
  using reply = int;  // branches that were refused as a deadlock
};
struct ask_any {
  using reply = int;
};
struct ask_back_after {
  using reply = int;
  duration pause;
};

class peer final : public actor {
 public:
  struct meet {
    std::vector<ref<peer>> others;
  };
  void on(meet m) { others_ = std::move(m.others); }
  int on(poke) { return 1; }
  // Asks the first of its others, after a while; 1: refused as a deadlock.
  task<int> on(ask_back_after m) {
    if (m.pause > 0s) co_await sleep(m.pause);
    const auto answer = co_await others_[0].ask(poke{}, 1h);
    co_return answer ? 0 : answer.error() == ask_errc::would_deadlock ? 1 : 100;
  }
  task<int> on(ask_all) {
    std::vector<detail::ask_operation<ask_back_after>> asks;
    for (std::size_t i = 0; i < others_.size(); ++i) {
      asks.push_back(others_[i].ask(ask_back_after{i * 1s}, 1h));
    }
    int refused = 0;
    for (const auto& each : co_await when_all(std::move(asks))) {
      if (each) refused += *each;
      if (!each) refused += each.error() == ask_errc::would_deadlock ? 1 : 100;
    }
    co_return refused;
  }
  task<int> on(ask_any) {
    const auto [index, result] =
        co_await when_any(std::vector<detail::ask_operation<poke>>(make_pokes()));
    co_return result ? 0 : result.error() == ask_errc::would_deadlock ? 1 : 100;
  }

 private:
  std::vector<detail::ask_operation<poke>> make_pokes() {
    std::vector<detail::ask_operation<poke>> asks;
    for (const auto& each : others_) asks.push_back(each.ask(poke{}, 1h));
    return asks;
  }

  std::vector<ref<peer>> others_;
};

TEST(when_deadlock, every_cycle_through_a_branch_of_all_is_refused_without_a_timeout) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    sim::simulation world(seed);
    auto centre = world.system().spawn<peer>();
    std::vector<ref<peer>> others;
    for (int i = 0; i < 4; ++i) {
      others.push_back(world.system().spawn<peer>());
      others.back().tell(peer::meet{{centre}});
    }
    centre.tell(peer::meet{others});
    world.settle();
    const time_point before = world.now();
    EXPECT_EQ(world.system().ask(centre, ask_all{}, 24h).value(), 4)
        << "each of them asks back, at another time, seed " << seed;
    EXPECT_LE(world.now() - before, 3s) << seed;
  }
}

TEST(when_deadlock, of_oneself_in_a_branch_is_refused_and_the_other_branch_answers) {
  sim::simulation world(1);
  auto one = world.system().spawn<peer>();
  auto two = world.system().spawn<peer>();
  one.tell(peer::meet{{one, two}});
  EXPECT_EQ(world.system().ask(one, ask_any{}, 24h).value(), 0);
  one.tell(peer::meet{{one}});
  EXPECT_EQ(world.system().ask(one, ask_any{}, 24h).value(), 1);
}

// The centre waits for any of two; the first waits for the centre. That is no deadlock while the
// second may answer.
struct wait_then_poke {
  using reply = int;
  ref<peer> whom;
};
class patient final : public actor {
 public:
  explicit patient(ref<peer> slow) : slow_(std::move(slow)) {}
  struct go {
    using reply = int;
    ref<patient> first;
  };
  struct ask_me_back {
    using reply = int;
    ref<patient> asker;
  };
  int on(poke) { return 1; }
  task<int> on(ask_me_back m) {
    const auto answer = co_await m.asker.ask(poke{}, 1h);
    ++(answer ? answered_ : refused_);
    co_return 1;
  }
  task<int> on(go m) {
    const auto any =
        co_await when_any(m.first.ask(ask_me_back{self()}, 1h), slow_.ask(ask_back_after{5s}, 1h));
    co_return static_cast<int>(any.index());
  }
  struct counts {
    using reply = std::pair<int, int>;
  };
  std::pair<int, int> on(counts) { return {answered_, refused_}; }

 private:
  ref<peer> slow_;
  int answered_ = 0;
  int refused_ = 0;
};

TEST(when_deadlock, is_not_seen_in_any_while_another_branch_may_answer) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::simulation world(seed);
    auto end = world.system().spawn<peer>();
    auto slow = world.system().spawn<peer>();
    slow.tell(peer::meet{{end}});
    auto centre = world.system().spawn<patient>(slow);
    auto first = world.system().spawn<patient>(slow);
    EXPECT_EQ(world.system().ask(centre, patient::go{first}, 24h).value(), 1) << seed;
    world.settle();
    EXPECT_EQ(world.system().ask(first, patient::counts{}, 1s).value(), std::pair(1, 0)) << seed;
  }
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
    if (rounds_++ == 30) co_return;
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

TEST(when_deadlock, is_not_seen_once_the_answers_have_left) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    sim::simulation world(seed);
    auto one = world.system().spawn<two_way>();
    auto two = world.system().spawn<two_way>();
    one.tell(two_way::meet{two});
    two.tell(two_way::meet{one});
    one.tell(two_way::ask_twice{});
    world.run_for(1s);
    EXPECT_EQ(world.system().ask(one, two_way::outcome{}, 1h).value(), std::pair(60, 0)) << seed;
    EXPECT_EQ(world.system().ask(two, two_way::outcome{}, 1h).value(), std::pair(60, 0)) << seed;
  }
}

}  // namespace
}  // namespace troupe
