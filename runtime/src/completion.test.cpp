#include <chrono>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/completion.hpp>
#include <troupe/detail/background.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct wait_for_it {
  using reply = std::optional<int>;
};
struct wait_for_one {
  using reply = int;
};
struct fail_to_start {
  using reply = bool;
};

class waiting final : public actor {
 public:
  explicit waiting(std::vector<completion<int>>& pending) : pending_(pending) {}

  task<std::optional<int>> on(wait_for_it) {
    last_ = co_await completed<int>([this](auto done) { pending_.push_back(std::move(done)); });
    co_return last_;
  }
  task<bool> on(fail_to_start) {
    try {
      co_await completed<int>([](completion<int>) { throw std::runtime_error("no room"); });
    } catch (const std::runtime_error&) {
      co_return true;
    }
    co_return false;
  }

 private:
  std::vector<completion<int>>& pending_;
  std::optional<int> last_;
};

class completing : public testing::Test {
 protected:
  ~completing() override { pending.clear(); }  // while the system is there

  std::vector<completion<int>> pending;
  sim::simulation world{1};
  ref<waiting> actor = world.system().spawn<waiting>(std::ref(pending));
};

class asking final : public actor {
 public:
  asking(ref<waiting> whom, std::optional<std::optional<int>>& got) : got_(got) {
    pipe(whom.ask(wait_for_it{}, 1h), [](auto result) { return arrived{result.value_or(-1)}; });
  }
  struct arrived {
    std::optional<int> value;
  };
  void on(arrived m) { got_ = m.value; }

 private:
  std::optional<std::optional<int>>& got_;
};

TEST_F(completing, goes_on_with_the_value_that_is_set) {
  std::optional<std::optional<int>> got;
  world.system().spawn<asking>(actor, std::ref(got));
  world.settle();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_FALSE(got);
  pending[0].set(42);
  world.settle();
  EXPECT_EQ(got, std::optional(42));
}

TEST_F(completing, goes_on_without_a_value_when_the_completion_is_dropped) {
  std::optional<std::optional<int>> got;
  world.system().spawn<asking>(actor, std::ref(got));
  world.settle();
  pending.clear();
  world.settle();
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, std::nullopt);
}

TEST_F(completing, of_an_actor_that_was_stopped_comes_to_nothing) {
  actor.tell(wait_for_it{});
  world.settle();
  actor.stop();
  EXPECT_TRUE(world.system().wait_stopped(actor, 1s)) << "it does not wait for the completion";
  pending[0].set(1);
  world.settle();
}

TEST_F(completing, throws_to_the_actor_when_it_cannot_be_started) {
  EXPECT_TRUE(world.system().ask(actor, fail_to_start{}, 1s).value());
  actor.tell(wait_for_it{});
  world.settle();
  EXPECT_EQ(pending.size(), 1U) << "and the actor can wait again";
}

TEST(completion_across_threads, each_of_many_wakes_its_own_actor) {
  std::vector<std::thread> threads;
  struct from_thread {
    using reply = int;
    int value;
  };
  class asks_a_thread final : public actor {
   public:
    explicit asks_a_thread(std::vector<std::thread>& all) : all_(all) {}
    task<int> on(from_thread m) {
      const auto got = co_await completed<int>([this, &m](completion<int> done) {
        all_.emplace_back(
            [done = std::move(done), value = m.value]() mutable { done.set(value * 2); });
      });
      co_return got.value_or(-1);
    }

   private:
    std::vector<std::thread>& all_;
  };
  system system({.workers = 2});
  auto actor = system.spawn<asks_a_thread>(std::ref(threads));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(system.ask(actor, from_thread{i}, 10s).value(), i * 2);
  }
  for (auto& each : threads) each.join();
}

TEST(completion_across_threads, after_the_system_has_shut_down_comes_to_nothing) {
  std::vector<completion<int>> pending;
  std::counting_semaphore<> started{0};
  class waits final : public actor {
   public:
    waits(std::vector<completion<int>>& all, std::counting_semaphore<>& begun)
        : all_(all), begun_(begun) {}
    task<int> on(wait_for_one) {
      const auto got = co_await completed<int>([this](completion<int> done) {
        all_.push_back(std::move(done));
        begun_.release();
      });
      co_return got.value_or(-1);
    }

   private:
    std::vector<completion<int>>& all_;
    std::counting_semaphore<>& begun_;
  };
  system system({.workers = 1});
  auto actor = system.spawn<waits>(std::ref(pending), std::ref(started));
  actor.tell(wait_for_one{});
  started.acquire();
  EXPECT_TRUE(system.shutdown(10s).still_running.empty());
  pending.at(0).set(1);  // what it leaves behind is looked for by AddressSanitizer
}

TEST(background, work_is_refused_once_the_system_has_shut_down) {
  class quiet final : public actor {};
  system system({.workers = 1});
  auto actor = system.spawn<quiet>();
  bool ran = false;
  system.shutdown(10s);
  EXPECT_FALSE(detail::run_in_background(*actor.cell().get(), [&ran] { ran = true; }));
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace troupe
