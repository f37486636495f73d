// Completions and journaled actors on more workers than cores, while actors fail and stop: for
// ThreadSanitizer and AddressSanitizer. The assertions: each wait gets its own value, and each
// command takes effect once.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

// ---- completions -------------------------------------------------------------------------------

/// Threads that are no workers and complete what they are given: most with its number, some not.
class completing_threads {
 public:
  struct order {
    int number = 0;
    completion<int> done;
  };

  completing_threads() {
    for (std::thread& each : threads_) each = std::thread([this] { run(); });
  }
  completing_threads(const completing_threads&) = delete;
  completing_threads& operator=(const completing_threads&) = delete;
  ~completing_threads() {
    ordered_.release(std::size(threads_));  // without an order: the end
    for (std::thread& each : threads_) each.join();
  }
  void add(order what) {
    {
      const std::scoped_lock lock(mutex_);
      orders_.push_back(std::move(what));
    }
    ordered_.release();
  }

 private:
  std::optional<order> take() {
    ordered_.acquire();
    const std::scoped_lock lock(mutex_);
    if (orders_.empty()) return std::nullopt;
    std::optional<order> first(std::move(orders_.front()));
    orders_.pop_front();
    return first;
  }
  void run() {
    while (auto next = take()) {
      if (next->number % 7 != 0) next->done.set(next->number);
    }
  }

  std::mutex mutex_;
  std::deque<order> orders_;
  std::counting_semaphore<> ordered_{0};
  std::thread threads_[2];
};

struct go {};
struct break_down {};

struct waits_seen {
  std::atomic<int> right{0};
  std::atomic<int> wrong{0};
};

class waiting final : public actor {
 public:
  waiting(completing_threads& threads, waits_seen& seen) : threads_(threads), seen_(seen) {
    self().tell(go{});
  }
  task<> on(go) {
    const int number = static_cast<int>(random().below(1'000'000));
    const auto got = co_await completed<int>(
        [this, number](completion<int> done) { threads_.add({number, std::move(done)}); });
    if (got) ++(*got == number ? seen_.right : seen_.wrong);
    self().tell(go{});
  }
  void on(break_down) { throw std::runtime_error("broken"); }

 private:
  completing_threads& threads_;
  waits_seen& seen_;
};

TEST(completion_stress, each_wait_gets_its_own_value_while_actors_fail_and_stop) {
  constexpr int actors = 6;
  waits_seen seen;
  system system({.workers = 4});
  {
    completing_threads threads;
    std::vector<ref<waiting>> all(actors);
    const auto spawn = [&] {
      return system.spawn<waiting>(
          spawn_options{.on_failure = {.restarts_max = 1000, .delay = {.initial = 0ms}}},
          std::ref(threads), std::ref(seen));
    };
    for (auto& each : all) each = spawn();
    for (std::size_t i = 0; i < 600; ++i) {
      auto& one = all[i % all.size()];
      if (i % 3 == 0) {
        one.stop();
        one = spawn();
      } else {
        one.tell(break_down{});
      }
      const int before = seen.right;
      while (seen.right < before + 3) std::this_thread::yield();
    }
    EXPECT_TRUE(system.shutdown(1min).still_running.empty());
  }
  EXPECT_EQ(seen.wrong, 0);
}

// ---- journaled actors --------------------------------------------------------------------------

struct counted {
  static constexpr std::string_view event_name = "counted";
  static constexpr std::uint32_t event_version = 1;
  std::string encode() const { return {}; }
  static std::optional<counted> decode(std::uint32_t, std::string_view) { return counted{}; }
};

struct tally {
  static constexpr std::string_view state_name = "tally";
  static constexpr std::uint32_t state_version = 1;
  int count = 0;
  void apply(const counted&) { ++count; }
  std::string encode() const { return codec<int>::encode(count); }
  static std::optional<tally> decode(std::uint32_t, std::string_view data) {
    const auto count = codec<int>::decode(data);
    return count ? std::optional(tally{*count}) : std::nullopt;
  }
};

struct count_once {
  using reply = std::expected<int, journal_errc>;
  std::string id;
};
struct current {
  using reply = int;
};

class counter final : public event_sourced<tally, counted> {
 public:
  counter(journal& keeps, std::string stream)
      : event_sourced(keeps, std::move(stream), {.snapshot_every = 9}) {}
  task<count_once::reply> on(count_once m) {
    if (auto first = answered<int>({"count", m.id})) co_return *first;
    co_return co_await persist_answer({"count", m.id}, state().count + 1, counted{});
  }
  int on(current) { return state().count; }
  void on(break_down) { throw std::runtime_error("broken"); }
};

/// Sends each of its commands until there is an answer.
class client final : public actor {
 public:
  client(ref<counter> with, std::string name, int commands, std::atomic<int>& answered)
      : with_(std::move(with)), name_(std::move(name)), commands_(commands), answered_(answered) {
    self().tell(go{});
  }
  task<> on(go) {
    while (done_ < commands_) {
      const auto answer = co_await with_.ask(count_once{name_ + std::to_string(done_)}, 1min);
      if (!answer) continue;
      ++done_;
      ++answered_;
    }
  }

 private:
  ref<counter> with_;
  std::string name_;
  int commands_;
  std::atomic<int>& answered_;
  int done_ = 0;
};

TEST(journal_stress, each_command_takes_effect_once_whatever_fails) {
  constexpr int counters = 3;
  constexpr int clients = 4;  // of each
  constexpr int commands = 60;
  constexpr int all = counters * clients * commands;
  memory_journal kept(100us);
  std::atomic<int> answered{0};
  system system({.workers = 4});
  std::vector<ref<counter>> counting;
  for (int i = 0; i < counters; ++i) {
    counting.push_back(system.spawn<counter>(
        spawn_options{.on_failure = {.restarts_max = 100'000, .delay = {.initial = 0ms}}},
        std::ref<journal>(kept), std::to_string(i)));
    for (int j = 0; j < clients; ++j) {
      system.spawn<client>(counting.back(), std::to_string(j) + "-", commands, std::ref(answered));
    }
  }
  for (std::size_t i = 0; answered < all; ++i) {
    const int before = answered;
    if (i % 3 == 0) kept.fail_next(1);
    if (i % 3 == 1) kept.lose_acknowledgements(1);
    if (i % 3 == 2) counting[i / 3 % counters].tell(break_down{});
    while (answered == before && answered < all) std::this_thread::yield();
  }
  kept.fail_next(0);
  for (int i = 0; i < counters; ++i) {
    EXPECT_EQ(system.ask(counting[static_cast<std::size_t>(i)], current{}, 1min).value(),
              clients * commands);
    EXPECT_EQ(kept.stored(std::to_string(i)).sequence,
              static_cast<std::uint64_t>(clients * commands));
  }
}

}  // namespace
}  // namespace troupe
