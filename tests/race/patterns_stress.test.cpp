// Registry, pool and lazy_ref under every race that threads can make: for ThreadSanitizer and
// AddressSanitizer. The assertions are counts: nothing lost, nothing twice, never two of what there
// may be one of.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct key_figures {
  std::atomic<int> alive{0};
  std::atomic<int> spawned{0};
  std::atomic<std::uint64_t> handled{0};
};
constexpr std::size_t key_count = 8;
using figures = std::array<key_figures, key_count>;

struct hit {};
struct quit {};
class one final : public actor {
 public:
  one(std::size_t key, figures& all) : mine_(all[key]) {
    EXPECT_EQ(mine_.alive.fetch_add(1), 0) << "two at once";
    mine_.spawned.fetch_add(1);
  }
  ~one() override { mine_.alive.fetch_sub(1); }
  void on(hit) { mine_.handled.fetch_add(1); }
  void on(quit) { stop(); }

 private:
  key_figures& mine_;
};

struct totals {
  std::uint64_t handled = 0;
  int spawned = 0;
};
totals total_of(const figures& all) {
  totals sum;
  for (const auto& each : all) {
    sum.handled += each.handled.load();
    sum.spawned += each.spawned.load();
  }
  return sum;
}

TEST(patterns_stress, a_registry_that_passivates_all_the_time_loses_nothing) {
  figures all;
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> sent{0};
  constexpr int passivated_enough = 50;
  {
    system system({.workers = 3});
    const registry<std::size_t, one> ones(system, {.idle_after = 100us}, std::ref(all));
    {
      std::vector<std::jthread> threads;
      for (std::size_t thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&, thread] {
          random_source random(thread + 1);
          for (int i = 0; i < 4000 || total_of(all).spawned < passivated_enough; ++i) {
            const std::size_t key = random.below(key_count);
            sent += i % 4 == 0 ? 3 : 1;
            if (i % 4 == 0) {
              auto held = ones.get_or_spawn(key);
              for (int n = 0; n < 3; ++n) accepted += held.tell(hit{}) == tell_status::accepted;
            } else {
              accepted += ones.tell(key, hit{}) == tell_status::accepted;
            }
            // Let the idle time pass now and then, without a clock.
            if (i % 16 == 0) {
              for (int n = 0; n < 50; ++n) std::this_thread::yield();
            }
          }
        });
      }
    }
    while (ones.count() > 0) std::this_thread::yield();  // all passivated: all handled
    EXPECT_EQ(total_of(all).handled, accepted.load());
  }
  EXPECT_EQ(accepted.load(), sent.load());
}

TEST(patterns_stress, a_registry_never_has_two_of_a_key_whatever_stops_them) {
  figures all;
  system system({.workers = 3});
  const registry<std::size_t, one> ones(system, {}, std::ref(all));
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        random_source random(thread + 1);
        auto held = ones.get_or_spawn(0);
        while (total_of(all).spawned < 1000) {
          const std::size_t key = random.below(key_count);
          switch (random.below(5)) {
            case 0:
              ones.remove(key);
              break;
            case 1:
              ones.tell(key, quit{});
              break;
            case 2:
              ones.find(key).stop();
              break;
            case 3:
              held = ones.get_or_spawn(key);
              break;
            default:
              held.tell(hit{});
              ones.for_each([](std::size_t, const ref<one>&) {});
          }
        }
      });
    }
  }
  for (std::size_t key = 0; key < key_count; ++key) {  // none got stuck: every key still answers
    const std::uint64_t before = all[key].handled.load();
    while (all[key].handled.load() == before) {
      ones.tell(key, hit{});
      std::this_thread::yield();
    }
  }
  ones.shutdown_all();
  EXPECT_TRUE(system.wait_stopped(ones.keeper(), 60s));
  EXPECT_EQ(ones.count(), 0U);
  for (const auto& each : all) EXPECT_EQ(each.alive.load(), 0);
}

TEST(patterns_stress, a_registry_gets_over_what_is_sent_to_a_key_that_is_leaving) {
  constexpr int tells_max = 10'000'000;
  figures all;
  system system({.workers = 2});
  const registry<std::size_t, one> ones(system, {}, std::ref(all));
  auto held = ones.get_or_spawn(0);
  for (int round = 0; round < 1000; ++round) {
    const int spawned = all[0].spawned.load();
    ones.remove(0);
    // Told through the old instance, through its end, and to the next one.
    int tells = 0;
    while (all[0].spawned.load() == spawned && ++tells < tells_max) held.tell(hit{});
    ASSERT_LT(tells, tells_max) << "the key is stuck in round " << round;
  }
}

TEST(patterns_stress, a_keeper_may_go_with_its_last_entry) {
  figures all;
  system system({.workers = 3});
  for (int round = 0; round < 1000; ++round) {
    ref<actor> keeper;
    {
      const registry<std::size_t, one> ones(system, {}, std::ref(all));
      ones.tell(0, hit{});
      keeper = ones.keeper();
      ones.shutdown_all();
    }
    EXPECT_TRUE(system.wait_stopped(keeper, 60s));
    EXPECT_EQ(all[0].alive.load(), 0);
  }
}

TEST(patterns_stress, a_registry_is_shut_down_while_everybody_uses_it) {
  for (int round = 0; round < 60; ++round) {
    figures all;
    system system({.workers = 3});
    const registry<std::size_t, one> ones(system, {.idle_after = 50us}, std::ref(all));
    {
      std::vector<std::jthread> threads;
      for (std::size_t thread = 0; thread < 2; ++thread) {
        threads.emplace_back([&, thread] {
          random_source random(thread + 1);
          while (ones.tell(random.below(key_count), hit{}) != tell_status::stopped) {
          }
        });
      }
      threads.emplace_back([&] {
        while (ones.tell(0, quit{}) != tell_status::stopped) {
        }
      });
      for (int n = 0; n < 20; ++n) std::this_thread::yield();
      if (round % 2) {
        ones.shutdown_all();
      } else {
        ones.keeper().stop();  // as its parent does
      }
      EXPECT_TRUE(system.wait_stopped(ones.keeper(), 60s));
      EXPECT_EQ(ones.count(), 0U) << "the keeper left an entry behind";
    }
    for (const auto& each : all) EXPECT_EQ(each.alive.load(), 0);
  }
}

// ---- pool, lazy_ref --------------------------------------------------------------------------

class hand final : public actor {
 public:
  explicit hand(std::atomic<std::uint64_t>& handled) : handled_(handled) {}
  void on(hit) { handled_.fetch_add(1); }

 private:
  std::atomic<std::uint64_t>& handled_;
};

TEST(patterns_stress, a_pool_that_is_resized_all_the_time_loses_nothing) {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> accepted{0};
  system system({.workers = 3});
  const pool<hand> hands(system, {.size = 4}, std::ref(handled));
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5000; ++i) {
          accepted += hands.tell(hit{}) == tell_status::accepted;
          accepted += hands.tell_by(i, hit{}) == tell_status::accepted;
        }
      });
    }
    for (std::uint32_t i = 0; i < 300; ++i) {
      hands.resize(1 + i * 7 % 9);
      std::this_thread::yield();
    }
  }
  while (handled.load() < accepted.load()) std::this_thread::yield();
  EXPECT_EQ(handled.load(), accepted.load());
  EXPECT_GT(accepted.load(), 0U);
}

TEST(patterns_stress, a_pool_refuses_nothing_while_one_worker_after_the_other_goes) {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<bool> done{false};
  system system({.workers = 2});
  const pool<hand> hands(system, {.size = 3, .replace_after = 1us}, std::ref(handled));
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 2; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; !done.load(); ++i) {
          refused += hands.tell(hit{}) == tell_status::stopped;
          refused += hands.tell_by(i, hit{}) == tell_status::stopped;
        }
      });
    }
    for (int round = 0; round < 500; ++round) {
      const auto all = hands.workers();
      const ref<hand> going = all[static_cast<std::size_t>(round) % all.size()];
      going.stop();
      EXPECT_TRUE(system.wait_stopped(going, 60s));
      const auto replaced = [&] {
        const auto now = hands.workers();
        return now.size() == 3 && std::find(now.begin(), now.end(), going) == now.end();
      };
      while (!replaced()) std::this_thread::yield();
    }
    done.store(true);
  }
  EXPECT_EQ(refused.load(), 0U);
  EXPECT_GT(handled.load(), 0U);
}

TEST(patterns_stress, a_lazy_ref_has_one_actor_at_a_time) {
  figures all;
  system system({.workers = 3});
  const lazy_ref<one> lazy(system, std::size_t{0}, std::ref(all));
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; all[0].spawned.load() < 100; ++i) {
          lazy.tell(hit{});
          if (i % 20 == 0) {
            lazy.get().stop();
            std::this_thread::yield();
          }
        }
      });
    }
  }
  EXPECT_GE(all[0].spawned.load(), 100);
  EXPECT_GT(all[0].handled.load(), 0U);
}

}  // namespace
}  // namespace troupe
