#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct add {
  int value;
};
struct sum {
  using reply = int;
};
struct slow {
  duration length;
};
struct fail {};
struct quit {};
struct which {
  using reply = std::uint64_t;
};

/// What the carts of all keys have done: outlives the instances, as storage does.
struct ledger {
  struct account {
    int spawned = 0;
    int alive = 0;
    int alive_most = 0;
    std::vector<int> values;
  };
  std::map<int, account> accounts;
  duration stopping_takes{};
  int alive_most() const {
    int most = 0;
    for (const auto& [key, each] : accounts) most = std::max(most, each.alive_most);
    return most;
  }
};

class cart final : public actor {
 public:
  cart(int key, ledger& in) : account_(in.accounts[key]), stopping_takes_(in.stopping_takes) {
    ++account_.spawned;
    account_.alive_most = std::max(account_.alive_most, ++account_.alive);
  }
  ~cart() override { --account_.alive; }

  void on(add m) { account_.values.push_back(m.value); }
  int on(sum) {
    int total = 0;
    for (const int each : account_.values) total += each;
    return total;
  }
  task<> on(slow m) { co_await sleep(m.length); }
  void on(fail) { throw std::runtime_error("on purpose"); }
  void on(quit) { stop(); }
  std::uint64_t on(which) { return id(); }
  task<> stopping() { co_await sleep(stopping_takes_); }

 private:
  ledger::account& account_;
  duration stopping_takes_;
};

using carts_type = registry<int, cart>;

class registries : public testing::Test {
 protected:
  ledger books;
  sim::simulation world{1};

  carts_type make(registry_options options = {}) {
    return carts_type(world.system(), options, std::ref(books));
  }
};

TEST_F(registries, spawn_one_actor_per_key) {
  const auto carts = make();
  for (int i = 0; i < 30; ++i) EXPECT_EQ(carts.tell(i % 3, add{i}), tell_status::accepted);
  auto first = carts.get_or_spawn(0);
  EXPECT_EQ(first.live(), carts.get_or_spawn(0).live());
  EXPECT_NE(first.live(), carts.get_or_spawn(1).live());
  EXPECT_EQ(first.key(), 0);
  world.settle();
  EXPECT_EQ(carts.count(), 3U);
  EXPECT_EQ(books.accounts.size(), 3U);
  for (const auto& [key, each] : books.accounts) {
    EXPECT_EQ(each.spawned, 1);
    EXPECT_EQ(each.values.size(), 10U);
  }
}

TEST_F(registries, find_spawns_nothing) {
  const auto carts = make();
  EXPECT_FALSE(carts.find(1));
  EXPECT_EQ(carts.count(), 0U);
  auto entry = carts.get_or_spawn(1);
  EXPECT_EQ(carts.find(1), entry.live());
}

TEST_F(registries, hash_keys_of_any_type) {
  class named final : public actor {
   public:
    explicit named(std::string key) : key_(std::move(key)) {}
    std::uint64_t on(which) { return key_.size(); }

   private:
    std::string key_;
  };
  const registry<std::string, named> all(world.system(), {});
  EXPECT_EQ(world.system().ask(all.get_or_spawn("four").live(), which{}, 1s).value(), 4U);
  EXPECT_EQ(all.get_or_spawn("four").live(), all.find("four"));
}

struct ask_through {
  using reply = int;
};
class client final : public actor {
 public:
  explicit client(carts_type carts) : carts_(std::move(carts)) {}
  task<int> on(ask_through) {
    carts_.tell(5, add{2});
    auto held = carts_.get_or_spawn(5);
    held.tell(add{3});
    const auto by_entry = co_await held.ask(sum{}, 1s);
    const auto by_key = co_await carts_.ask(5, sum{}, 1s);
    co_return by_entry.value_or(-1) * 100 + by_key.value_or(-1);
  }

 private:
  carts_type carts_;
};

TEST_F(registries, are_asked_by_key_and_by_entry) {
  auto asker = world.system().spawn<client>(make());
  EXPECT_EQ(world.system().ask(asker, ask_through{}, 2s).value(), 505);
}

TEST_F(registries, spawn_again_after_an_entry_has_stopped_itself) {
  const auto carts = make();
  auto held = carts.get_or_spawn(1);
  held.tell(quit{});
  world.run_for(1ms);
  EXPECT_EQ(carts.count(), 0U);
  EXPECT_FALSE(carts.find(1));
  EXPECT_EQ(held.tell(add{1}), tell_status::accepted) << "an entry reaches the next instance";
  world.settle();
  EXPECT_EQ(books.accounts[1].spawned, 2);
  EXPECT_EQ(books.accounts[1].values, std::vector{1});
  EXPECT_EQ(books.alive_most(), 1);
}

TEST_F(registries, keep_an_entry_that_restarts_and_forget_one_that_is_given_up) {
  const auto carts =
      make({.entry = {.on_failure = {.restarts_max = 1, .when_exceeded = directive::stop}}});
  auto held = carts.get_or_spawn(1);
  const auto first = held.live();
  held.tell(fail{});
  world.run_for(1s);
  EXPECT_EQ(held.live(), first);
  held.tell(fail{});
  world.run_for(1s);
  EXPECT_EQ(carts.count(), 0U);
  EXPECT_NE(held.live(), first);
  world.settle();
  EXPECT_EQ(books.alive_most(), 1);
}

TEST_F(registries, remove_gives_the_key_to_a_new_instance_when_the_old_one_is_gone) {
  books.stopping_takes = 1s;
  const auto carts = make();
  carts.tell(1, add{1});
  world.settle();
  EXPECT_TRUE(carts.remove(1));
  EXPECT_FALSE(carts.remove(1)) << "it is leaving";
  EXPECT_FALSE(carts.find(1));
  for (int i = 2; i < 5; ++i) EXPECT_EQ(carts.tell(1, add{i}), tell_status::accepted);
  auto held = carts.get_or_spawn(1);
  EXPECT_FALSE(held.live());
  EXPECT_EQ(held.tell(add{5}), tell_status::accepted);
  world.run_for(999ms);
  EXPECT_EQ(books.accounts[1].spawned, 1);
  world.run_for(2ms);
  EXPECT_EQ(books.accounts[1].spawned, 2);
  EXPECT_EQ(books.accounts[1].values, (std::vector{1, 2, 3, 4, 5}));
  EXPECT_EQ(books.alive_most(), 1);
  EXPECT_TRUE(held.live());
}

TEST_F(registries, an_entry_that_is_held_over_a_remove_reaches_the_next_instance) {
  books.stopping_takes = 100ms;
  const auto carts = make();
  auto held = carts.get_or_spawn(1);
  held.tell(add{1});
  world.settle();
  EXPECT_TRUE(carts.remove(1));
  EXPECT_EQ(held.tell(add{2}), tell_status::accepted);
  world.run_for(50ms);
  EXPECT_EQ(held.tell(add{3}), tell_status::accepted);
  world.run_for(1s);
  EXPECT_EQ(held.tell(add{4}), tell_status::accepted);
  world.settle();
  EXPECT_EQ(books.accounts[1].values, (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(books.accounts[1].spawned, 2);
}

TEST_F(registries, refuse_visibly_what_a_leaving_entry_has_no_room_for) {
  books.stopping_takes = 1s;
  const auto carts = make({.entry = {.mailbox_capacity = 3}});
  carts.tell(1, add{0});
  world.settle();
  carts.remove(1);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(carts.tell(1, add{i}), tell_status::accepted);
  EXPECT_EQ(carts.tell(1, add{4}), tell_status::mailbox_full);
  world.run_for(2s);
  EXPECT_EQ(books.accounts[1].values, (std::vector{0, 1, 2, 3}));
}

TEST_F(registries, an_ask_waits_for_a_leaving_predecessor) {
  books.stopping_takes = 500ms;
  const auto carts = make();
  auto asker = world.system().spawn<client>(carts);
  carts.tell(5, add{0});
  world.settle();
  carts.remove(5);
  EXPECT_EQ(world.system().ask(asker, ask_through{}, 5s).value(), 505);
  EXPECT_EQ(books.accounts[5].spawned, 2);
}

TEST_F(registries, an_ask_gives_up_a_leaving_predecessor_at_its_deadline) {
  books.stopping_takes = 1h;
  const auto carts = make();
  struct ask_once {
    using reply = ask_errc;
  };
  class impatient final : public actor {
   public:
    explicit impatient(carts_type of) : carts_(std::move(of)) {}
    task<ask_errc> on(ask_once) {
      const auto result = co_await carts_.ask(5, sum{}, 1s);
      co_return result ? ask_errc::failed : result.error().code;
    }

   private:
    carts_type carts_;
  };
  auto asker = world.system().spawn<impatient>(carts);
  carts.tell(5, add{0});
  world.settle();
  carts.remove(5);
  EXPECT_EQ(world.system().ask(asker, ask_once{}, 5s).value(), ask_errc::timeout);
}

TEST_F(registries, passivate_what_is_idle) {
  const auto carts = make({.idle_after = 1min});
  carts.tell(1, add{1});
  world.run_for(59s);
  EXPECT_EQ(books.accounts[1].alive, 1);
  world.run_for(17s);
  EXPECT_EQ(books.accounts[1].alive, 0) << "at most a quarter later";
  EXPECT_EQ(carts.count(), 0U);
  carts.tell(1, add{2});
  world.settle();
  EXPECT_EQ(books.accounts[1].spawned, 2);
  EXPECT_EQ(books.accounts[1].values, (std::vector{1, 2}));
}

TEST_F(registries, never_passivate_without_idle_after) {
  const auto carts = make();
  carts.tell(1, add{1});
  world.run_for(std::chrono::hours(1000));
  EXPECT_EQ(books.accounts[1].alive, 1);
}

TEST_F(registries, do_not_passivate_what_is_held_or_used_or_busy) {
  const auto carts = make({.idle_after = 1min});
  {
    const auto held = carts.get_or_spawn(1);
    carts.tell(3, slow{10min});
    for (int i = 0; i < 20; ++i) {
      carts.tell(2, add{i});
      world.run_for(20s);
    }
    for (const int key : {1, 2, 3}) EXPECT_EQ(books.accounts[key].alive, 1) << key;
  }
  world.run_for(20min);
  for (const int key : {1, 2, 3}) {
    EXPECT_EQ(books.accounts[key].alive, 0) << key;
    EXPECT_EQ(books.accounts[key].spawned, 1) << key;
  }
}

// Tells keys at random moments, numbered, so that loss and order show.
struct go {};
class teller final : public actor {
 public:
  teller(int number, carts_type carts, int& accepted)
      : number_(number), carts_(std::move(carts)), accepted_(accepted) {
    send_after(1ms, go{});
  }
  void on(go) {
    const int key = static_cast<int>(random().below(3));
    accepted_ += carts_.tell(key, add{number_ * 1000 + sent_}) == tell_status::accepted;
    if (++sent_ < 200) send_after(duration(random().below(8'000'000)), go{});
  }

 private:
  int number_;
  carts_type carts_;
  int& accepted_;
  int sent_ = 0;
};

TEST_F(registries, lose_nothing_to_passivation_in_any_order_of_events) {
  std::size_t spawned = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    ledger kept;
    kept.stopping_takes = seed % 2 ? 1ms : 0ms;
    int accepted = 0;
    {
      sim::simulation other(seed);
      const carts_type carts(other.system(), {.idle_after = 2ms}, std::ref(kept));
      for (int i = 0; i < 2; ++i) other.system().spawn<teller>(i, carts, std::ref(accepted));
      other.run_for(3s);
      EXPECT_EQ(carts.count(), 0U) << "seed " << seed;
    }
    ASSERT_EQ(accepted, 400) << "seed " << seed;
    std::size_t handled = 0;
    for (const auto& [key, each] : kept.accounts) {
      handled += each.values.size();
      spawned += static_cast<std::size_t>(each.spawned);
      EXPECT_EQ(each.alive_most, 1) << "seed " << seed;
      std::map<int, int> last;  // by teller
      for (const int value : each.values) {
        EXPECT_LE(last[value / 1000], value) << "out of order, seed " << seed;
        last[value / 1000] = value;
      }
    }
    ASSERT_EQ(handled, 400U) << "seed " << seed;
  }
  EXPECT_GT(spawned, 60U * 10) << "too few passivations to show anything";
}

TEST_F(registries, for_each_may_change_the_registry) {
  const auto carts = make();
  for (int i = 0; i < 10; ++i) carts.tell(i, add{1});
  int visited = 0;
  carts.for_each([&](int key, const ref<cart>& actor) {
    ++visited;
    actor.tell(add{1});
    if (key % 2) carts.remove(key);
  });
  EXPECT_EQ(visited, 10);
  world.settle();
  EXPECT_EQ(carts.count(), 5U);
}

TEST_F(registries, refuse_new_keys_at_their_limit) {
  const auto carts = make({.entries_max = 2});
  EXPECT_EQ(carts.tell(1, add{1}), tell_status::accepted);
  EXPECT_EQ(carts.tell(2, add{1}), tell_status::accepted);
  EXPECT_EQ(carts.tell(3, add{1}), tell_status::mailbox_full);
  EXPECT_FALSE(carts.get_or_spawn(3));
  EXPECT_EQ(carts.tell(2, add{1}), tell_status::accepted);
  carts.remove(1);
  world.settle();
  EXPECT_EQ(carts.tell(3, add{1}), tell_status::accepted);
}

TEST_F(registries, forget_a_key_when_its_last_holder_lets_go_of_it) {
  const auto carts = make({.entries_max = 1});
  {
    auto held = carts.get_or_spawn(1);
    held.tell(quit{});
    world.run_for(1ms);
    EXPECT_EQ(carts.count(), 0U);
    EXPECT_EQ(carts.tell(2, add{1}), tell_status::mailbox_full) << "the key is held";
  }
  EXPECT_EQ(carts.tell(2, add{1}), tell_status::accepted);
}

TEST_F(registries, spawn_for_who_came_while_the_predecessor_was_leaving) {
  books.stopping_takes = 100ms;
  const auto carts = make();
  carts.tell(1, add{1});
  world.settle();
  carts.remove(1);
  const auto held = carts.get_or_spawn(1);
  EXPECT_FALSE(carts.find(1));
  world.run_for(1s);
  EXPECT_TRUE(carts.find(1)) << "nothing was sent, but it was asked for";
}

TEST_F(registries, that_are_shut_down_stop_all_and_refuse) {
  books.stopping_takes = 100ms;
  const auto carts = make();
  for (int i = 0; i < 100; ++i) carts.tell(i, add{1});
  auto held = carts.get_or_spawn(1);
  world.settle();
  carts.remove(2);
  EXPECT_EQ(carts.tell(2, add{2}), tell_status::accepted);  // becomes a dead letter
  carts.shutdown_all();
  EXPECT_EQ(carts.tell(1000, add{1}), tell_status::stopped);
  EXPECT_FALSE(carts.get_or_spawn(1000));
  EXPECT_TRUE(world.system().wait_stopped(carts.keeper(), 1s));
  EXPECT_EQ(carts.count(), 0U);
  EXPECT_EQ(held.tell(add{1}), tell_status::stopped);
  EXPECT_FALSE(held.live());
  for (const auto& [key, each] : books.accounts) EXPECT_EQ(each.alive, 0);
  EXPECT_EQ(books.accounts[2].values, std::vector{1});
}

TEST_F(registries, whose_keeper_is_stopping_spawn_nobody_any_more) {
  books.stopping_takes = 100ms;
  for (const bool by_parent : {false, true}) {
    const auto carts = make();
    carts.tell(1, add{1});
    if (!by_parent) world.settle();  // else it stops before it has run at all
    carts.keeper().stop();
    world.settle();
    EXPECT_EQ(carts.tell(2, add{1}), tell_status::stopped);
    EXPECT_FALSE(carts.get_or_spawn(2));
    EXPECT_TRUE(world.system().wait_stopped(carts.keeper(), 1s));
    EXPECT_EQ(carts.count(), 0U);
    EXPECT_EQ(books.accounts[1].alive, 0);
    EXPECT_FALSE(books.accounts.contains(2)) << "constructed for a keeper that is leaving";
  }
}

/// Makes a key's actor and stops the keeper, on the keeper's turn: the new child is on its way when
/// the keeper begins to stop.
struct ambush final : detail::control_node {
  explicit ambush(const carts_type& of) : control_node(&spring), carts(of) {}
  static void spring(control_node* node, detail::actor_cell&) noexcept {
    const carts_type& carts = static_cast<ambush*>(node)->carts;
    carts.tell(7, add{1});
    carts.keeper().stop();
  }
  const carts_type& carts;
};

TEST_F(registries, whose_keeper_is_stopping_wait_for_an_entry_that_is_on_its_way) {
  const auto carts = make();
  world.settle();
  ambush trap(carts);
  carts.keeper().cell()->signal(trap);
  EXPECT_TRUE(world.system().wait_stopped(carts.keeper(), 1s));
  EXPECT_EQ(carts.count(), 0U);
  EXPECT_EQ(books.accounts[7].alive, 0);
}

class shop final : public actor {
 public:
  explicit shop(ledger& in) : carts_(*this, {}, std::ref(in)) { carts_.tell(1, add{1}); }

 private:
  carts_type carts_;
};

TEST_F(registries, of_an_actor_end_with_it) {
  auto owner = world.system().spawn<shop>(std::ref(books));
  world.settle();
  EXPECT_EQ(books.accounts[1].alive, 1);
  owner.stop();
  EXPECT_TRUE(world.system().wait_stopped(owner, 1s));
  EXPECT_EQ(books.accounts[1].alive, 0);
}

TEST_F(registries, outlive_their_system_without_harm) {
  std::optional<carts_type> left;
  {
    sim::simulation other(3);
    left.emplace(other.system(), registry_options{}, std::ref(books));
    left->tell(1, add{1});
    other.settle();
  }
  EXPECT_EQ(left->count(), 0U);
  EXPECT_EQ(left->tell(1, add{1}), tell_status::stopped);
}

}  // namespace
}  // namespace troupe
