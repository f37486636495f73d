#include <array>
#include <csignal>
#include <semaphore>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

#include <troupe/service_thread.hpp>

namespace troupe {
namespace {

TEST(service_thread, runs_its_body_once_beside_the_others_and_ends_with_it) {
  int runs = 0;
  std::thread::id where;
  {
    service_thread loop("loop", [&] {
      ++runs;
      where = std::this_thread::get_id();
    });
  }
  EXPECT_EQ(runs, 1);
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(service_thread, joining_waits_for_the_body_and_may_be_repeated) {
  std::binary_semaphore gate(0);
  bool done = false;
  service_thread loop("loop", [&] {
    gate.acquire();
    done = true;
  });
  gate.release();
  loop.join();
  EXPECT_TRUE(done);
  loop.join();
}

TEST(service_thread, takes_no_signals_and_leaves_the_mask_of_its_maker_alone) {
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  sigset_t inside;
  sigemptyset(&inside);
  service_thread("loop", [&] { pthread_sigmask(SIG_BLOCK, nullptr, &inside); }).join();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
    EXPECT_EQ(sigismember(&inside, signal), 1) << signal;
    sigset_t after;
    pthread_sigmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(sigismember(&after, signal), sigismember(&before, signal)) << signal;
  }
}

TEST(service_thread, is_known_by_its_name_as_far_as_the_system_keeps_it) {
  std::binary_semaphore gate(0);
  std::array<char, 32> name{};
  service_thread loop("a-name-that-is-too-long", [&] {
    gate.acquire();  // until it has been given its name
    pthread_getname_np(pthread_self(), name.data(), name.size());
  });
  gate.release();
  loop.join();
  EXPECT_EQ(std::string(name.data()), std::string("a-name-that-is-too-long").substr(0, 15));
}

}  // namespace
}  // namespace troupe
