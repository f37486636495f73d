// Memory and processor time, with a million actors and with none that has anything to do. Each test
// is a process of its own.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t million = 1'000'000;

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  long total = 0;
  long resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

duration processor_time() {
  timespec used{};
  // tidy: allow clock because it is not the time that is read, but what the process has used
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

duration real_time() {
  // tidy: allow clock because these tests measure a real system in real time
  return std::chrono::steady_clock::now().time_since_epoch();
}

template <class Condition>
bool within(duration limit, Condition&& holds) {
  const duration end = real_time() + limit;
  while (!holds()) {
    if (real_time() > end) return false;
    // tidy: allow sleep because what is waited for is the kernel's count, which tells nobody
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

struct poke {};
struct ready {
  using reply = bool;
};
class idler final : public actor {
 public:
  void on(poke) {}
  bool on(ready) { return true; }
};

std::uint64_t handled(const troupe::system& system, std::string_view type) {
  for (const type_statistics& each : system.statistics()) {
    if (each.actor_type == type) return each.handled;
  }
  return 0;
}
std::uint64_t alive(const troupe::system& system, std::string_view type) {
  for (const type_statistics& each : system.statistics()) {
    if (each.actor_type == type) return each.alive();
  }
  return 0;
}

std::vector<ref<idler>> spawn_a_million(troupe::system& system) {
  std::vector<ref<idler>> all;
  all.reserve(million);
  for (std::size_t i = 0; i < million; ++i) all.push_back(system.spawn<idler>());
  for (const auto& each : all) each.tell(poke{});
  return all;
}

TEST(resources, a_million_actors_that_have_stopped_leave_the_memory_they_took) {
  troupe::system system;
  ASSERT_TRUE(system.ask(system.spawn<idler>(), ready{}, 10s));
  const double before = resident_mib();
  double with_all = 0;
  {
    const auto all = spawn_a_million(system);
    ASSERT_TRUE(within(60s, [&] { return handled(system, type_name<idler>()) == million + 1; }));
    with_all = resident_mib();
    for (const auto& each : all) each.stop();
    ASSERT_TRUE(within(60s, [&] { return alive(system, type_name<idler>()) == 1; }));
  }
  EXPECT_TRUE(within(5s, [&] { return resident_mib() <= before + 10; }))
      << resident_mib() - before << " MiB are left of " << with_all - before;
  std::printf("with all of them %.1f MiB, afterwards %.1f MiB more than before\n",
              with_all - before, resident_mib() - before);
}

TEST(resources, an_idle_actor_costs_a_few_hundred_bytes) {
  troupe::system system;
  const double before = resident_mib();
  const auto all = spawn_a_million(system);
  ASSERT_TRUE(within(60s, [&] { return handled(system, type_name<idler>()) == million; }));
  const double each = (resident_mib() - before) * (1 << 20) / million - sizeof(ref<idler>);
  std::printf("%.0f bytes for each\n", each);
  EXPECT_LE(each, 560);
}

TEST(resources, a_system_with_nothing_to_do_uses_no_processor) {
  troupe::system system;
  std::vector<ref<idler>> some;
  for (int i = 0; i < 1000; ++i) some.push_back(system.spawn<idler>());
  for (const auto& each : some) each.tell(poke{});
  ASSERT_TRUE(within(60s, [&] { return handled(system, type_name<idler>()) == some.size(); }));
  // tidy: allow sleep because nothing is to happen in this time, which is what is measured
  std::this_thread::sleep_for(100ms);
  const duration before = processor_time();
  // tidy: allow sleep because nothing is to happen in this time, which is what is measured
  std::this_thread::sleep_for(5s);
  const duration used = processor_time() - before;
  std::printf("%.2f ms in 5 s\n", std::chrono::duration<double, std::milli>(used).count());
  EXPECT_LE(used, 5ms);
}

struct ball {};
class player final : public actor {
 public:
  explicit player(std::atomic<std::uint64_t>& rounds) : rounds_(rounds) {}
  void on(ball) {
    rounds_.fetch_add(1, std::memory_order_relaxed);
    self().tell(ball{});
  }

 private:
  std::atomic<std::uint64_t>& rounds_;
};

TEST(resources, a_million_actors_are_inspected_page_by_page_while_messages_flow) {
  std::atomic<std::uint64_t> rounds{0};
  troupe::system system;
  const auto all = spawn_a_million(system);
  ASSERT_TRUE(within(60s, [&] { return handled(system, type_name<idler>()) == million; }));
  system.spawn<player>(std::ref(rounds)).tell(ball{});
  std::size_t seen = 0;
  std::size_t pages = 0;
  std::size_t standing_still = 0;
  std::optional<inspect_cursor> next = inspect_cursor{};
  const duration began = real_time();
  const std::uint64_t rounds_before = rounds;
  while (next) {
    const inspect_page page = inspect(system, *next, {.page_size = 1000});
    for (const actor_status& each : page.actors) seen += each.type == type_name<idler>();
    ++pages;
    next = page.next;
    // Between some pages the player is waited for: it would never come if it were paused.
    if (pages % 100 != 0) continue;
    const std::uint64_t before = rounds;
    standing_still += !within(30s, [&] { return rounds != before; });
  }
  const duration walked = real_time() - began;
  const std::uint64_t during = rounds - rounds_before;
  const std::uint64_t alone = rounds;
  // tidy: allow sleep because it is the time in which nobody inspects
  std::this_thread::sleep_for(walked);
  std::printf("%zu pages, %zu actors in %.0f ms; %lu messages meanwhile, %lu without\n", pages,
              seen, std::chrono::duration<double, std::milli>(walked).count(), during,
              rounds - alone);
  EXPECT_EQ(seen, million);
  EXPECT_EQ(standing_still, 0u);
}

struct set_and_cancel {
  using reply = bool;
  std::size_t times;
};
struct never {};
class forgetful final : public actor {
 public:
  bool on(set_and_cancel m) {
    bool all = true;
    for (std::size_t i = 0; i < m.times; ++i) all = cancel(send_after(1h, never{})) && all;
    return all;
  }
  void on(never) {}
};

TEST(resources, a_million_timers_set_and_cancelled_leave_nothing) {
  troupe::system system;
  const auto actor = system.spawn<forgetful>();
  ASSERT_TRUE(system.ask(actor, set_and_cancel{1000}, 60s).value());
  const double before = resident_mib();
  ASSERT_TRUE(system.ask(actor, set_and_cancel{million}, 60s).value());
  EXPECT_LE(resident_mib() - before, 1);
}

}  // namespace
}  // namespace troupe
