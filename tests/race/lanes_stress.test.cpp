// Lanes, overflow, drains, batches, links and dead letters under load: nothing lost, nothing twice.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr int senders = 4;

struct plain {
  int sender;
  int number;
};
struct urgent_one {
  static constexpr bool urgent = true;
  int sender;
  int number;
};
struct item {
  int number;
};

/// What arrived, and whether each sender's messages of each lane came in order.
struct arrivals {
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> out_of_order{0};
};

class receiver final : public actor {
 public:
  explicit receiver(arrivals& all) : all_(all) {}
  void on(plain m) { arrived(last_plain_[m.sender], m.number); }
  task<> on(urgent_one m) {
    arrived(last_urgent_[m.sender], m.number);
    if (m.number % 64 == 0) co_await sleep(1us);
  }

 private:
  void arrived(int& last, int number) {
    if (number <= last) ++all_.out_of_order;
    last = number;
    ++all_.handled;
  }

  arrivals& all_;
  int last_plain_[senders]{};
  int last_urgent_[senders]{};
};

void expect_accounts_balance(const system& system) {
  for (const type_statistics& each : system.statistics()) {
    EXPECT_EQ(each.accepted, each.handled + each.failed_messages + each.expired + each.dropped +
                                 each.dead_letters + each.queued)
        << each.actor_type;
  }
}

type_statistics figures_of(const system& system, std::string_view type) {
  for (const type_statistics& each : system.statistics()) {
    if (each.actor_type.ends_with(type)) return each;
  }
  return {};
}

// Every sender tells `count` messages, each second one urgent where `with_urgent`; gives how many
// were accepted or dropped.
std::uint64_t tell_from_threads(const ref<receiver>& target, int count, bool with_urgent) {
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (int i = 1; i <= count; ++i) {
        const tell_status status = with_urgent && i % 2 == 0 ? target.tell(urgent_one{sender, i})
                                                             : target.tell(plain{sender, i});
        taken += status == tell_status::accepted || status == tell_status::dropped;
      }
    });
  }
  for (auto& each : threads) each.join();
  return taken;
}

TEST(lanes_stress, every_policy_accounts_for_every_message_with_and_without_urgent_ones) {
  for (const overflow policy : {overflow::reject, overflow::drop_newest, overflow::drop_oldest}) {
    for (const bool with_urgent : {false, true}) {
      arrivals all;
      system system({.workers = 3});
      auto target = system.spawn<receiver>(
          spawn_options{.mailbox_capacity = 16, .when_full = policy}, std::ref(all));
      const std::uint64_t taken = tell_from_threads(target, 5000, with_urgent);
      target.stop(stop_mode::drain);
      ASSERT_TRUE(system.wait_stopped(target, 1min));
      const type_statistics figures = figures_of(system, "receiver");
      EXPECT_EQ(figures.accepted, taken);
      EXPECT_EQ(figures.handled + figures.dropped, taken);
      EXPECT_EQ(figures.handled, all.handled);
      EXPECT_EQ(all.out_of_order, 0U);
      EXPECT_EQ(figures.queued, 0U);
      expect_accounts_balance(system);
    }
  }
}

TEST(lanes_stress, a_drain_handles_exactly_what_was_accepted_before_it) {
  for (int round = 0; round < 30; ++round) {
    arrivals all;
    system system({.workers = 3});
    auto target = system.spawn<receiver>(spawn_options{.mailbox_capacity = 100'000}, std::ref(all));
    std::thread stopper([&] {
      while (all.handled < 500) std::this_thread::yield();
      target.stop(stop_mode::drain);
    });
    const std::uint64_t taken = tell_from_threads(target, 2000, true);
    stopper.join();
    ASSERT_TRUE(system.wait_stopped(target, 1min));
    EXPECT_EQ(all.handled, taken);
    EXPECT_EQ(figures_of(system, "receiver").dead_letters, 0U);
    expect_accounts_balance(system);
  }
}

TEST(lanes_stress, a_stop_in_the_middle_of_a_backlog_loses_nothing_of_the_account) {
  for (int round = 0; round < 30; ++round) {
    arrivals all;
    system system({.workers = 3});
    auto target = system.spawn<receiver>(
        spawn_options{.mailbox_capacity = 1000,
                      .when_full = round % 2 ? overflow::drop_oldest : overflow::reject},
        std::ref(all));
    std::thread stopper([&] {
      while (all.handled < 300) std::this_thread::yield();
      target.stop();
    });
    tell_from_threads(target, 2000, true);
    stopper.join();
    ASSERT_TRUE(system.wait_stopped(target, 1min));
    expect_accounts_balance(system);
  }
}

class batcher final : public actor {
 public:
  explicit batcher(std::atomic<std::uint64_t>& handled) : handled_(handled) {}
  task<> on_batch(std::span<item> items) {
    for (const item& each : items) {
      if (each.number % 997 == 0) throw std::runtime_error("on purpose");
    }
    if (items.size() % 3 == 0) co_await sleep(1us);
    handled_ += items.size();
  }
  void on(plain) { ++handled_; }

 private:
  std::atomic<std::uint64_t>& handled_;
};

TEST(lanes_stress, batches_that_fail_and_restart_account_for_every_message) {
  for (const overflow policy : {overflow::reject, overflow::drop_newest, overflow::drop_oldest}) {
    std::atomic<std::uint64_t> handled{0};
    system system({.workers = 3});
    const supervision rules{.restarts_max = 1'000'000,
                            .window = 1h,
                            .delay = {.initial = 0ns, .max = 0ns, .jitter = 0}};
    auto target = system.spawn<batcher>(spawn_options{.mailbox_capacity = 64,
                                                      .when_full = policy,
                                                      .on_failure = rules,
                                                      .batch = {.messages_max = 20, .within = 1ms}},
                                        std::ref(handled));
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> taken{0};
    for (int sender = 0; sender < senders; ++sender) {
      threads.emplace_back([&] {
        for (int i = 1; i <= 5000; ++i) {
          const tell_status status = i % 50 == 0 ? target.tell(plain{}) : target.tell(item{i});
          taken += status == tell_status::accepted || status == tell_status::dropped;
        }
      });
    }
    for (auto& each : threads) each.join();
    target.stop(stop_mode::drain);
    ASSERT_TRUE(system.wait_stopped(target, 1min));
    const type_statistics figures = figures_of(system, "batcher");
    EXPECT_EQ(figures.accepted, taken);
    EXPECT_EQ(figures.handled, handled);
    EXPECT_EQ(figures.handled + figures.failed_messages + figures.dropped, taken);
    expect_accounts_balance(system);
  }
}

struct connect;
struct blow_up {};
struct disconnect;
class node final : public actor {
 public:
  void on(connect m);
  void on(disconnect m);
  void on(blow_up) { throw std::runtime_error("on purpose"); }
};
struct connect {
  ref<node> to;
};
struct disconnect {
  ref<node> from;
};
void node::on(connect m) {
  link(m.to);
}
void node::on(disconnect m) {
  unlink(m.from);
}

TEST(lanes_stress, rings_of_links_fall_as_one_whoever_fails_first) {
  system system({.workers = 3});
  for (int round = 0; round < 200; ++round) {
    std::vector<ref<node>> ring;
    for (int i = 0; i < 8; ++i) ring.push_back(system.spawn<node>(temporary{}));
    for (std::size_t i = 0; i < ring.size(); ++i) {
      ring[i].tell(connect{ring[(i + 1) % ring.size()]});
      ring[i].tell(connect{ring[(i + 3) % ring.size()]});
      ring[i].tell(disconnect{ring[(i + 3) % ring.size()]});
    }
    ring[static_cast<std::size_t>(round) % 8].tell(blow_up{});
    ring[static_cast<std::size_t>(round + 3) % 8].tell(blow_up{});
    for (auto& each : ring) ASSERT_TRUE(system.wait_stopped(each, 1min));
  }
  EXPECT_EQ(figures_of(system, "node").alive(), 0U);
}

class collector final : public actor {
 public:
  explicit collector(std::atomic<std::uint64_t>& heard) : heard_(heard) {}
  void on(dead_letter m) { heard_ += m.count; }

 private:
  std::atomic<std::uint64_t>& heard_;
};

TEST(lanes_stress, each_dead_letter_is_heard_of_once_however_many_come) {
  arrivals all;
  std::atomic<std::uint64_t> heard{0};
  system system({.workers = 3});
  ASSERT_TRUE(system.subscribe_dead_letters(system.spawn<collector>(std::ref(heard))));
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (int round = 0; round < 50; ++round) {
        auto target = system.spawn<receiver>(
            spawn_options{.mailbox_capacity = 8, .when_full = overflow::drop_oldest},
            std::ref(all));
        for (int i = 1; i <= 100; ++i) {
          target.tell(plain{sender, i});
          if (i == 60) target.stop();
        }
      }
    });
  }
  for (auto& each : threads) each.join();
  const auto counted = [&system] {
    const dead_letter_counts now = system.dead_letters();
    return now.refused + now.discarded + now.dropped;
  };
  while (figures_of(system, "receiver").alive() > 0) std::this_thread::yield();
  while (heard < counted()) std::this_thread::yield();
  EXPECT_EQ(heard, counted());
  EXPECT_GE(heard, 50U * senders * 30U);
}

}  // namespace
}  // namespace troupe
