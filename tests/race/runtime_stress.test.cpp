// Everything at once on more workers than cores: for ThreadSanitizer and AddressSanitizer. The
// assertions are the accounting: nothing lost, nothing twice, nobody left.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct number {
  using reply = int;
  int value;
};
struct total {
  using reply = std::uint64_t;
};
struct go {};
struct answered {
  bool good;
};
struct finished {
  using reply = bool;
};

class adder final : public actor {
 public:
  int on(number m) {
    sum_ += static_cast<std::uint64_t>(m.value);
    return m.value + 1;
  }
  std::uint64_t on(total) { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

// Asks a neighbour's adder in a loop, with `co_await` and with pipe, and counts good answers.
class asker final : public actor {
 public:
  asker(std::vector<ref<adder>> adders, int rounds) : adders_(std::move(adders)), left_(rounds) {}

  task<> on(go) {
    for (int i = 0; i < left_; ++i) {
      auto& target = adders_[random().below(adders_.size())];
      const auto result = co_await target.ask(number{i}, 30s);
      if (result && *result == i + 1) ++good_;
      if (i % 16 == 0) {
        pipe(target.ask(number{1}, 30s), [](auto reply) { return answered{reply.has_value()}; });
        ++piped_;
      }
      if (i % 64 == 0) co_await sleep(duration(random().below(200'000)));
    }
  }
  void on(answered m) { piped_good_ += m.good; }
  bool on(finished) { return good_ == left_ && piped_good_ == piped_; }

 private:
  std::vector<ref<adder>> adders_;
  int left_;
  int good_ = 0;
  int piped_ = 0;
  int piped_good_ = 0;
};

/// accepted = handled + failed + expired + dead letters + queued, for every type, once all is
/// quiet.
void expect_accounts_balance(const troupe::system& system) {
  for (const type_statistics& each : system.statistics()) {
    EXPECT_EQ(each.accepted, each.handled + each.failed_messages + each.expired + each.dropped +
                                 each.dead_letters + each.queued)
        << each.actor_type;
  }
}

TEST(runtime_stress, asks_between_stolen_actors_all_come_back) {
  system system({.workers = 4});
  std::vector<ref<adder>> adders;
  for (int i = 0; i < 8; ++i) {
    adders.push_back(system.spawn<adder>(spawn_options{.mailbox_capacity = 100'000}));
  }
  std::vector<ref<asker>> askers;
  for (int i = 0; i < 32; ++i) askers.push_back(system.spawn<asker>(adders, 500));
  for (auto& each : askers) each.tell(go{});
  for (auto& each : askers) {
    while (!system.ask(each, finished{}, 60s).value()) {
    }
  }
}

// Spawns children that stop themselves, fail, or are stopped, and hears of the end of each.
struct child_work {
  int kind;
};
class child final : public actor {
 public:
  void on(child_work m) {
    if (m.kind == 0) stop();
    if (m.kind == 1) throw std::runtime_error("on purpose");
  }
};

class breeder final : public actor {
 public:
  explicit breeder(int rounds) : rounds_(rounds) {}
  void on(go) {
    for (int i = 0; i < 20 && born_ < rounds_; ++i, ++born_) {
      auto one = spawn<child>(temporary{});
      monitor(one);
      const auto kind = static_cast<int>(random().below(3));
      one.tell(child_work{kind});
      if (kind == 2) one.stop();
    }
    if (born_ < rounds_) send_after(duration(random().below(100'000)), go{});
  }
  void on(terminated) { ++gone_; }
  bool on(finished) { return gone_ == rounds_; }

 private:
  int rounds_;
  int born_ = 0;
  int gone_ = 0;
};

TEST(runtime_stress, every_monitored_child_is_heard_of_exactly_once) {
  system system({.workers = 4});
  std::vector<ref<breeder>> breeders;
  for (int i = 0; i < 8; ++i) breeders.push_back(system.spawn<breeder>(400));
  for (auto& each : breeders) each.tell(go{});
  for (auto& each : breeders) {
    while (!system.ask(each, finished{}, 60s).value()) {
    }
  }
  for (const auto& type : system.statistics()) {
    if (type.actor_type.find("child") == std::string_view::npos) continue;
    EXPECT_EQ(type.spawned, 3200U);
    EXPECT_EQ(type.alive(), 0U);
  }
  system.shutdown(30s);
  expect_accounts_balance(system);
}

class failing final : public actor {
 public:
  int on(number m) {
    if (m.value % 7 == 0) throw std::runtime_error("on purpose");
    return m.value;
  }
};

TEST(runtime_stress, restarts_under_load_lose_only_what_failed) {
  system system({.workers = 4});
  const supervision rules{
      .restarts_max = 1'000'000, .window = 1h, .delay = {.initial = 0ns, .max = 0ns, .jitter = 0}};
  auto target =
      system.spawn<failing>(spawn_options{.mailbox_capacity = 100'000, .on_failure = rules});
  class sender final : public actor {
   public:
    explicit sender(ref<failing> to) : to_(to) {}
    task<int> on(number m) {
      int good = 0;
      for (int i = 1; i <= m.value; ++i) {
        const auto result = co_await to_.ask(number{i}, 30s);
        good += result.has_value();
        if (!result) EXPECT_EQ(result.error(), ask_errc::failed);
      }
      co_return good;
    }

   private:
    ref<failing> to_;
  };
  std::vector<ref<sender>> senders;
  for (int i = 0; i < 4; ++i) senders.push_back(system.spawn<sender>(target));
  for (auto& each : senders) EXPECT_EQ(system.ask(each, number{700}, 60s).value_or(0), 600);
  system.shutdown(30s);
  expect_accounts_balance(system);
}

// Senders that wait for room, senders that do not, into small mailboxes of each kind.
class sink final : public actor {
 public:
  int on(number m) { return m.value; }
};
class waiting_sender final : public actor {
 public:
  explicit waiting_sender(std::vector<ref<sink>> to) : to_(std::move(to)) {}
  task<int> on(number m) {
    int in = 0;
    for (int i = 0; i < m.value; ++i) {
      const auto& target = to_[random().below(to_.size())];
      const auto status = co_await send(target, number{i}, 30s);
      in += status == tell_status::accepted || status == tell_status::dropped;
      if (i % 3 == 0) target.tell(number{i});
      if (i % 7 == 0) {
        const auto asked = co_await target.ask(number{i}, 30s);
        EXPECT_TRUE(asked || asked.error() == ask_errc::mailbox_full);
      }
    }
    co_return in;
  }

 private:
  std::vector<ref<sink>> to_;
};

TEST(runtime_stress, mailboxes_of_every_policy_account_for_every_message) {
  system system({.workers = 4});
  std::vector<ref<sink>> sinks;
  for (const overflow policy : {overflow::reject, overflow::drop_newest, overflow::drop_oldest}) {
    sinks.push_back(system.spawn<sink>(spawn_options{.mailbox_capacity = 4, .when_full = policy}));
  }
  std::vector<ref<waiting_sender>> senders;
  for (int i = 0; i < 16; ++i) senders.push_back(system.spawn<waiting_sender>(sinks));
  std::vector<std::thread> askers;
  for (auto& each : senders) {
    askers.emplace_back([&system, &each] {
      EXPECT_EQ(system.ask(each, number{500}, 60s).value_or(-1), 500) << "every send got in";
    });
  }
  for (auto& each : askers) each.join();
  system.shutdown(30s);
  expect_accounts_balance(system);
}

TEST(runtime_stress, shutdown_in_the_middle_of_everything) {
  for (int round = 0; round < 20; ++round) {
    system system({.workers = 4});
    std::vector<ref<adder>> adders;
    for (int i = 0; i < 4; ++i) adders.push_back(system.spawn<adder>());
    for (int i = 0; i < 8; ++i) system.spawn<asker>(adders, 100'000).tell(go{});
    for (int i = 0; i < 4; ++i) system.spawn<breeder>(100'000).tell(go{});
    EXPECT_TRUE(system.shutdown(30s).still_running.empty());
    expect_accounts_balance(system);
  }
}

}  // namespace
}  // namespace troupe
