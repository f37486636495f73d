// Watch and topic under every race that threads can make: for ThreadSanitizer and AddressSanitizer.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct pair_of {
  std::uint64_t a;
  std::uint64_t b;  // always 3a + 1
};
struct last_seen {
  using reply = std::uint64_t;
};
struct follow {};

class eager final : public actor {
 public:
  explicit eager(watch<pair_of> view) : view_(std::move(view)) {
    subscription_ = view_.subscribe(*this);
  }
  void on(updated<pair_of> m) {
    EXPECT_EQ(m.now->b, 3 * m.now->a + 1);
    EXPECT_GT(m.now.version(), version_);
    version_ = m.now.version();
  }
  std::uint64_t on(last_seen) { return version_; }

 private:
  watch<pair_of> view_;
  watch_subscription subscription_;
  std::uint64_t version_ = 0;
};

class patient final : public actor {
 public:
  patient(watch<pair_of> view, std::uint64_t until) : view_(std::move(view)), until_(until) {}
  task<> on(follow) {
    while (version_ < until_) {
      // A deadline now and then, so that waits are abandoned while the writer wakes them.
      const auto next = random().below(2) ? co_await view_.changed(version_)
                                          : co_await view_.changed(version_, 20us);
      if (!next) continue;
      EXPECT_EQ((*next)->b, 3 * (*next)->a + 1);
      EXPECT_GT(next->version(), version_);
      version_ = next->version();
    }
  }
  std::uint64_t on(last_seen) { return version_; }

 private:
  watch<pair_of> view_;
  std::uint64_t until_;
  std::uint64_t version_ = 0;
};

TEST(broadcast_stress, a_watch_is_never_torn_and_never_goes_back) {
  constexpr std::uint64_t last = 20'000;
  watch_source<pair_of> source(pair_of{0, 1});
  system system({.workers = 4});
  std::vector<ref<eager>> eagers;
  std::vector<ref<patient>> patients;
  for (int i = 0; i < 8; ++i) {
    eagers.push_back(system.spawn<eager>(source.watch()));
    patients.push_back(system.spawn<patient>(source.watch(), last));
    patients.back().tell(follow{});
  }
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([view = source.watch()] {
      snapshot<pair_of> held = view.read();
      while (held.version() < last) {
        const snapshot<pair_of> now = view.read();
        ASSERT_GE(now.version(), held.version());
        ASSERT_EQ(now->b, 3 * now->a + 1);
        ASSERT_EQ(now->a + 1, now.version());
        view.refresh(held);
      }
    });
  }
  for (std::uint64_t i = 1; i < last; ++i) source.publish(pair_of{i, 3 * i + 1});
  readers.clear();
  for (const auto& each : patients) EXPECT_EQ(system.ask(each, last_seen{}, 60s).value(), last);
  for (const auto& each : eagers) {
    while (system.ask(each, last_seen{}, 60s).value() < last) std::this_thread::yield();
  }
}

// Each change is awaited, so that each wake-up counts.
class prompt final : public actor {
 public:
  prompt(watch<int> view, std::atomic<std::uint64_t>& seen) : view_(std::move(view)), seen_(seen) {}
  task<> on(follow) {
    for (;;) {
      const auto next = co_await view_.changed(seen_.load());
      if (!next) co_return;
      seen_.store(next->version());
    }
  }

 private:
  watch<int> view_;
  std::atomic<std::uint64_t>& seen_;
};
class prompt_subscriber final : public actor {
 public:
  prompt_subscriber(watch<int> view, std::atomic<std::uint64_t>& seen) : seen_(seen) {
    subscription_ = view.subscribe(*this);
  }
  void on(updated<int> m) { seen_.store(m.now.version()); }

 private:
  std::atomic<std::uint64_t>& seen_;
  watch_subscription subscription_;
};

TEST(broadcast_stress, no_change_is_missed_by_who_begins_to_wait_for_it) {
  constexpr int spins_max = 50'000'000;
  watch_source<int> source(0);
  std::atomic<std::uint64_t> awaited{0};
  std::atomic<std::uint64_t> heard{0};
  system system({.workers = 2});
  system.spawn<prompt>(source.watch(), std::ref(awaited)).tell(follow{});
  system.spawn<prompt_subscriber>(source.watch(), std::ref(heard));
  for (int i = 0; i < 8'000; ++i) {
    std::atomic<std::uint64_t>& follower = i % 2 ? awaited : heard;
    int spins = 0;
    while (follower.load() < source.version() && ++spins < spins_max) {
      if (spins % 64 == 0) std::this_thread::yield();
    }
    ASSERT_LT(spins, spins_max) << "asleep, though there is version " << source.version();
    source.publish(i);
  }
}

TEST(broadcast_stress, readers_of_a_watch_never_see_a_value_that_is_being_written) {
  watch_source<pair_of> source(pair_of{0, 1});
  std::atomic<bool> done{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([view = source.watch(), &done] {
      while (!done.load(std::memory_order_relaxed)) {
        const snapshot<pair_of> now = view.read();
        ASSERT_EQ(now->b, 3 * now->a + 1);
        ASSERT_EQ(now->a + 1, now.version());
      }
    });
  }
  for (std::uint64_t i = 1; i < 150'000; ++i) source.publish(pair_of{i, 3 * i + 1});
  done.store(true);
}

// ---- topic -----------------------------------------------------------------------------------

struct count_me {};
struct counted {
  using reply = std::uint64_t;
};
class counter final : public actor {
 public:
  void on(count_me) { ++count_; }
  std::uint64_t on(counted) { return count_; }

 private:
  std::uint64_t count_ = 0;
};

class passer_by final : public actor {
 public:
  explicit passer_by(std::atomic<std::uint64_t>& handled) : handled_(handled) {}
  void on(count_me) { handled_.fetch_add(1); }

 private:
  std::atomic<std::uint64_t>& handled_;
};

TEST(broadcast_stress, a_topic_delivers_exactly_what_it_says) {
  system system({.workers = 2});
  const topic<count_me> all;
  std::vector<ref<counter>> counters;
  for (int i = 0; i < 16; ++i) {
    counters.push_back(system.spawn<counter>(spawn_options{.mailbox_capacity = 64}));
  }
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> gone{0};
  std::atomic<std::uint64_t> passed_by{0};
  std::vector<ref<passer_by>> passing;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 3000; ++n) {
          const published sent = all.publish(count_me{});
          delivered += sent.delivered;
          gone += sent.gone;
        }
      });
    }
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        all.subscribe(counters[static_cast<std::size_t>(n * 7) % 16]);
        all.unsubscribe(counters[static_cast<std::size_t>(n * 5) % 16]);
      }
    });
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        passing.push_back(system.spawn<passer_by>(std::ref(passed_by)));
        all.subscribe(passing.back());
        passing.back().stop();
      }
    });
  }
  for (const auto& each : passing) EXPECT_TRUE(system.wait_stopped(each, 60s));
  const published final_one = all.publish(count_me{});
  delivered += final_one.delivered;
  gone += final_one.gone;
  EXPECT_LE(all.subscriber_count(), 16U) << "those who passed by are still there";
  std::uint64_t handled = 0;
  for (const auto& each : counters) handled += system.ask(each, counted{}, 60s).value();
  ASSERT_TRUE(system.shutdown(60s).still_running.empty());
  std::uint64_t too_late = 0;
  for (const auto& type : system.statistics()) {
    if (!type.actor_type.ends_with("passer_by")) continue;
    too_late = type.dead_letters + type.refused_stopped;
  }
  EXPECT_EQ(handled + passed_by.load() + too_late, delivered.load() + gone.load());
}

}  // namespace
}  // namespace troupe
