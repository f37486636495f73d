#include <algorithm>
#include <mutex>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/offload.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct compute {
  using reply = std::string;
};
struct fail {
  using reply = std::string;
};
struct block {
  using reply = std::string;
};
struct occupy {
  std::counting_semaphore<>* begun;
};
struct seen_threads {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::counting_semaphore<> noted{0};
};
struct note_thread {
  seen_threads* seen;
};
struct ping {
  using reply = void;
};

class worker_of_files final : public actor {
 public:
  explicit worker_of_files(std::counting_semaphore<>& gate) : gate_(gate) {}

  task<std::string> on(compute) {
    const auto here = std::this_thread::get_id();
    auto elsewhere = co_await offload([] { return std::this_thread::get_id(); });
    const auto back = std::this_thread::get_id();
    (void)back;  // another worker may have resumed it
    co_return elsewhere.value() == here ? "here" : "elsewhere";
  }
  task<std::string> on(fail) {
    try {
      co_await offload([]() -> int { throw std::runtime_error("no such file"); });
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
    co_return "nothing thrown";
  }
  task<std::string> on(block) {
    const auto done = co_await offload([gate = &gate_] { gate->acquire(); });
    if (done) co_return "done";
    co_return done.error() == offload_errc::queue_full ? "queue full" : "cancelled";
  }
  task<> on(occupy m) {
    co_await offload([gate = &gate_, begun = m.begun] {
      begun->release();
      gate->acquire();
    });
  }
  task<> on(note_thread m) {
    co_await offload([seen = m.seen] {
      {
        const std::scoped_lock lock(seen->mutex);
        seen->ids.insert(std::this_thread::get_id());
      }
      seen->noted.release();
    });
  }
  void on(ping) {}

 private:
  std::counting_semaphore<>& gate_;
};

TEST(offload, runs_on_another_thread_and_comes_back) {
  std::counting_semaphore<> gate(0);
  system system({.workers = 1});
  auto actor = system.spawn<worker_of_files>(std::ref(gate));
  EXPECT_EQ(system.ask(actor, compute{}, 10s).value(), "elsewhere");
}

TEST(offload, throws_to_the_actor_what_the_function_throws) {
  std::counting_semaphore<> gate(0);
  system system({.workers = 1});
  auto actor = system.spawn<worker_of_files>(std::ref(gate));
  EXPECT_EQ(system.ask(actor, fail{}, 10s).value(), "no such file");
}

TEST(offload, refuses_what_is_over_its_bound_and_leaves_the_workers_free) {
  std::counting_semaphore<> gate(0);
  std::counting_semaphore<> begun(0);
  system system({.workers = 1, .offload_threads = 1, .offload_queue_max = 1});
  auto first = system.spawn<worker_of_files>(std::ref(gate));
  first.tell(occupy{&begun});
  begun.acquire();  // the one thread is taken, so the queue has room for one more

  std::vector<std::string> answers(2);
  std::counting_semaphore<> answered(0);
  std::vector<std::thread> askers;
  for (std::string& answer : answers) {
    askers.emplace_back([&] {
      auto actor = system.spawn<worker_of_files>(std::ref(gate));
      answer = system.ask(actor, block{}, 10s).value_or("no answer");
      answered.release();
    });
  }
  answered.acquire();  // whoever came second, while the thread and the place are still taken
  auto other = system.spawn<worker_of_files>(std::ref(gate));
  EXPECT_TRUE(system.ask(other, ping{}, 10s)) << "the worker is free";
  gate.release(2);
  for (std::thread& each : askers) each.join();
  std::ranges::sort(answers);
  EXPECT_EQ(answers, (std::vector<std::string>{"done", "queue full"}));
}

TEST(offload, has_no_more_threads_than_it_may) {
  constexpr int count = 20;
  std::counting_semaphore<> gate(0);
  std::counting_semaphore<> begun(0);
  seen_threads seen;
  system system({.workers = 1, .offload_threads = 1, .offload_queue_max = count});
  auto first = system.spawn<worker_of_files>(std::ref(gate));
  first.tell(occupy{&begun});
  begun.acquire();
  for (int i = 0; i < count; ++i) {
    system.spawn<worker_of_files>(std::ref(gate)).tell(note_thread{&seen});
  }
  auto last = system.spawn<worker_of_files>(std::ref(gate));
  EXPECT_TRUE(system.ask(last, ping{}, 10s)) << "the worker has come past those before";
  gate.release();
  for (int i = 0; i < count; ++i) seen.noted.acquire();
  EXPECT_EQ(seen.ids.size(), 1U);
}

TEST(offload, of_an_actor_that_is_stopped_is_cancelled) {
  std::counting_semaphore<> gate(0);
  system system({.workers = 1});
  auto actor = system.spawn<worker_of_files>(std::ref(gate));
  actor.tell(block{});
  actor.stop();
  EXPECT_TRUE(system.wait_stopped(actor, 10s)) << "it does not wait for the function";
  gate.release();
}

TEST(offload, under_simulation_runs_at_once_and_in_order) {
  std::counting_semaphore<> gate(1);
  sim::simulation world(1);
  auto actor = world.system().spawn<worker_of_files>(std::ref(gate));
  EXPECT_EQ(world.system().ask(actor, block{}, 1s).value(), "done");
}

}  // namespace
}  // namespace troupe
