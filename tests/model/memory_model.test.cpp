// The explorer itself: the well-known small programs of C++'s memory model have
// exactly the outcomes that it allows, and the reduction loses none.
#include <algorithm>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "atomic.hpp"
#include "explore.hpp"

namespace troupe::model {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

struct two_variables {
  atomic<int> x{0};
  atomic<int> y{0};
  int read[4] = {-1, -1, -1, -1};
};

using outcomes = std::set<std::vector<int>>;

/// All that the threads can read together.
outcomes read_by(std::vector<std::function<void(two_variables&)>> threads, std::size_t reads,
                 bool reduce = true) {
  outcomes seen;
  const outcome all = explore_threads<two_variables>(
      std::move(threads),
      [&](two_variables& end) { seen.insert(std::vector<int>(end.read, end.read + reads)); },
      {.reduce = reduce});
  EXPECT_EQ(all.failure, "");
  return seen;
}

outcomes store_buffering(std::memory_order store, std::memory_order load) {
  return read_by({[=](two_variables& v) {
                    v.x.store(1, store);
                    v.read[0] = v.y.load(load);
                  },
                  [=](two_variables& v) {
                    v.y.store(1, store);
                    v.read[1] = v.x.load(load);
                  }},
                 2);
}

TEST(MemoryModel, StoresMayBeSeenLateUnlessBothSidesAreSequentiallyConsistent) {
  const outcomes all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  EXPECT_EQ(store_buffering(relaxed, relaxed), all);
  EXPECT_EQ(store_buffering(release, acquire), all);
  EXPECT_EQ(store_buffering(seq_cst, acquire), all);
  EXPECT_EQ(store_buffering(release, seq_cst), all);
  EXPECT_EQ(store_buffering(seq_cst, seq_cst), (outcomes{{0, 1}, {1, 0}, {1, 1}}));
}

outcomes message_passing(std::memory_order store, std::memory_order load) {
  return read_by({[=](two_variables& v) {
                    v.x.store(1, relaxed);
                    v.y.store(1, store);
                  },
                  [=](two_variables& v) {
                    v.read[0] = v.y.load(load);
                    v.read[1] = v.x.load(relaxed);
                  }},
                 2);
}

TEST(MemoryModel, WhoAcquiresWhatWasReleasedSeesWhatCameBefore) {
  EXPECT_EQ(message_passing(relaxed, acquire), (outcomes{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(message_passing(release, relaxed), (outcomes{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(message_passing(release, acquire), (outcomes{{0, 0}, {0, 1}, {1, 1}}));
}

TEST(MemoryModel, AThreadNeverReadsBackwards) {
  EXPECT_EQ(read_by({[](two_variables& v) {
                       v.x.store(1, relaxed);
                       v.x.store(2, relaxed);
                     },
                     [](two_variables& v) {
                       v.read[0] = v.x.load(relaxed);
                       v.read[1] = v.x.load(relaxed);
                     }},
                    2),
            (outcomes{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}}));
}

outcomes independent_reads(std::memory_order store, std::memory_order load) {
  return read_by({[=](two_variables& v) { v.x.store(1, store); },
                  [=](two_variables& v) { v.y.store(1, store); },
                  [=](two_variables& v) {
                    v.read[0] = v.x.load(load);
                    v.read[1] = v.y.load(load);
                  },
                  [=](two_variables& v) {
                    v.read[2] = v.y.load(load);
                    v.read[3] = v.x.load(load);
                  }},
                 4);
}

TEST(MemoryModel, OnlySequentiallyConsistentReadersAgreeOnTheOrderOfTwoWriters) {
  EXPECT_EQ(independent_reads(release, acquire).size(), 16U);
  const outcomes agreed = independent_reads(seq_cst, seq_cst);
  EXPECT_EQ(agreed.size(), 15U);
  EXPECT_FALSE(agreed.contains({1, 0, 1, 0}));
}

TEST(MemoryModel, AnUpdateContinuesAReleaseSequence) {
  EXPECT_EQ(read_by({[](two_variables& v) {
                       v.x.store(1, relaxed);
                       v.y.store(1, release);
                     },
                     [](two_variables& v) { v.y.fetch_add(1, relaxed); },
                     [](two_variables& v) {
                       if (v.y.load(acquire) != 2) return;
                       v.read[0] = v.x.load(relaxed);
                     }},
                    1),
            (outcomes{{-1}, {1}}));
}

TEST(MemoryModel, UpdatesAreNeverLostAndStoresMayBe) {
  const auto update = [](two_variables& v) { v.x.fetch_add(1, relaxed); };
  const auto store = [](two_variables& v) { v.x.store(v.x.load(relaxed) + 1, relaxed); };
  const auto at_end = [](std::set<int>& seen) {
    return [&seen](two_variables& v) { seen.insert(v.x.load()); };
  };
  std::set<int> updated;
  EXPECT_EQ(explore_threads<two_variables>({update, update, update}, at_end(updated)).failure, "");
  EXPECT_EQ(updated, std::set{3});
  std::set<int> stored;
  EXPECT_EQ(explore_threads<two_variables>({store, store, store}, at_end(stored)).failure, "");
  EXPECT_EQ(stored, (std::set{1, 2, 3}));
}

TEST(MemoryModel, ACompareExchangeThatFailsMayHaveReadAnOlderValue) {
  EXPECT_EQ(read_by({[](two_variables& v) {
                       v.x.store(1, relaxed);
                       v.x.store(2, relaxed);
                     },
                     [](two_variables& v) {
                       int expected = 0;
                       const bool done = v.x.compare_exchange_strong(expected, 7, acq_rel, relaxed);
                       v.read[0] = done ? 0 : expected;
                     }},
                    1),
            (outcomes{{0}, {1}, {2}}));
}

struct field_and_flag {
  plain<int> field{0};
  atomic<bool> flag{false};
  mutex lock;
};

std::string handed_over(std::memory_order store, std::memory_order load) {
  return explore_threads<field_and_flag>({[=](field_and_flag& v) {
                                            v.field = 1;
                                            v.flag.store(true, store);
                                          },
                                          [=](field_and_flag& v) {
                                            if (v.flag.load(load)) check(v.field == 1, "old");
                                          }})
      .failure;
}

TEST(MemoryModel, AFieldThatIsHandedOverWithoutReleaseAndAcquireIsADataRace) {
  EXPECT_EQ(handed_over(release, acquire), "");
  EXPECT_TRUE(handed_over(relaxed, acquire).starts_with("data race: a read beside a write"));
  EXPECT_TRUE(handed_over(release, relaxed).starts_with("data race: a read beside a write"));
}

TEST(MemoryModel, ALockOrdersWhoHoldsIt) {
  const auto add = [](field_and_flag& v) {
    v.lock.lock();
    v.field = v.field + 1;
    v.lock.unlock();
  };
  const outcome all = explore_threads<field_and_flag>(
      {add, add, add}, [](field_and_flag& v) { check(v.field == 3, "lost"); });
  EXPECT_EQ(all.failure, "");
  EXPECT_EQ(all.executions, 6U);  // the orders of three
}

struct two_locks {
  mutex one;
  mutex other;
};

TEST(MemoryModel, ADeadlockIsFound) {
  const auto take = [](mutex two_locks::* first, mutex two_locks::* second) {
    return [=](two_locks& v) {
      (v.*first).lock();
      (v.*second).lock();
      (v.*second).unlock();
      (v.*first).unlock();
    };
  };
  EXPECT_EQ(explore_threads<two_locks>({take(&two_locks::one, &two_locks::other),
                                        take(&two_locks::one, &two_locks::other)})
                .failure,
            "");
  EXPECT_TRUE(explore_threads<two_locks>({take(&two_locks::one, &two_locks::other),
                                          take(&two_locks::other, &two_locks::one)})
                  .failure.starts_with("nobody can go on"));
}

TEST(MemoryModel, WaitingByLookingAgainEndsWhenTheValueComes) {
  const outcome all = explore_threads<two_variables>({[](two_variables& v) {
                                                        v.y.store(1, relaxed);
                                                        v.x.store(1, release);
                                                      },
                                                      [](two_variables& v) {
                                                        while (v.x.load(acquire) == 0) yield();
                                                        check(v.y.load(relaxed) == 1, "not seen");
                                                      }});
  EXPECT_EQ(all.failure, "");
}

TEST(MemoryModel, AnAtomicThatEndsWhileItIsUsedIsFound) {
  struct late {
    alignas(atomic<int>) std::byte place[sizeof(atomic<int>)];
    atomic<int>* made = new (place) atomic<int>(0);
  };
  const auto use = [](late& v) { v.made->store(1, relaxed); };
  const auto end = [](late& v) { v.made->~atomic(); };
  EXPECT_NE(explore_threads<late>({use, end}).failure, "");
  EXPECT_EQ(explore_threads<late>({use}, end).failure, "");
}

TEST(MemoryModel, OrdersThatMakeNoDifferenceAreExploredOnce) {
  const auto x = [](two_variables& v) { v.x.store(1, relaxed); };
  const auto y = [](two_variables& v) { v.y.store(1, relaxed); };
  EXPECT_EQ(explore_threads<two_variables>({x, y}).executions, 1U);
  EXPECT_EQ(explore_threads<two_variables>({x, y}, {}, {.reduce = false}).executions, 2U);
  EXPECT_EQ(explore_threads<two_variables>({x, x, x}).executions, 6U);
}

/// A thread of two or three random operations on two variables.
std::function<void(two_variables&)> random_thread(std::mt19937& random, std::size_t& reads) {
  struct step {
    unsigned what;
    bool on_x;
    std::memory_order order;
    std::size_t into;
  };
  constexpr std::memory_order loads[] = {relaxed, acquire, seq_cst};
  constexpr std::memory_order stores[] = {relaxed, release, seq_cst};
  constexpr std::memory_order updates[] = {relaxed, acq_rel, seq_cst};
  std::vector<step> steps;
  const std::size_t length = 2 + random() % 2;
  for (std::size_t i = 0; i < length; ++i) {
    const unsigned what = reads < 4 ? random() % 4 : 1;
    const std::size_t order = random() % 3;
    steps.push_back({what, random() % 2 == 0,
                     what == 0   ? loads[order]
                     : what == 1 ? stores[order]
                                 : updates[order],
                     what == 1 ? 0 : reads++});
  }
  return [steps](two_variables& v) {
    for (const step& each : steps) {
      atomic<int>& on = each.on_x ? v.x : v.y;
      int expected = 1;
      switch (each.what) {
        case 0:
          v.read[each.into] = on.load(each.order);
          break;
        case 1:
          on.store(1, each.order);
          break;
        case 2:
          v.read[each.into] = on.fetch_add(2, each.order);
          break;
        default:
          v.read[each.into] =
              on.compare_exchange_strong(expected, 5, each.order, relaxed) ? 10 : expected;
      }
    }
  };
}

TEST(MemoryModel, TheReductionLosesNoOutcomeOfRandomPrograms) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::size_t reads = 0;
    std::vector<std::function<void(two_variables&)>> threads;
    for (int i = 0; i < 3; ++i) threads.push_back(random_thread(random, reads));
    EXPECT_EQ(read_by(threads, 4, true), read_by(threads, 4, false)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace troupe::model
