// Walks over the actors, the watchdog and correlation ids while everything spawns, sends, fails and
// stops: for ThreadSanitizer and AddressSanitizer.
#include <atomic>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 200;

struct pass {
  int hops;
};
struct crash {};
struct doze {};
struct introduce {
  ref<class link> next;
};

std::atomic<std::uint64_t> wrong_ids{0};

class link final : public actor {
 public:
  void on(introduce m) { next_ = m.next; }
  // The id says how many hops were left at the edge: whoever gets another's is found out.
  task<> on(pass m) {
    if (correlation().value <= static_cast<std::uint64_t>(m.hops)) ++wrong_ids;
    if (m.hops % 8 == 0) co_await sleep(1us);
    if (correlation().value <= static_cast<std::uint64_t>(m.hops)) ++wrong_ids;
    if (m.hops > 0) next_.tell(pass{m.hops - 1});
  }
  void on(crash) { throw std::runtime_error("on request"); }
  void on(doze) {
    if (correlation()) ++wrong_ids;
  }

 private:
  ref<link> next_;
};

class counting_sink final : public span_sink {
 public:
  void record(const span& ended) noexcept override {
    if (!ended.correlation || ended.id == 0) ++wrong_ids;
    if (++spans == expected) all.release();
  }
  // One for each message with an id: `rounds` chains of 101, 102, … messages.
  static constexpr std::uint64_t expected = rounds * 101 + rounds * (rounds - 1) / 2;
  std::atomic<std::uint64_t> spans{0};
  std::binary_semaphore all{0};
};

TEST(insight_stress, walks_see_everyone_who_stays_while_others_come_fail_and_go) {
  counting_sink sink;
  std::atomic<bool> done{false};
  troupe::system system({.workers = 4, .stall_threshold = 4ms, .spans = &sink});
  std::set<std::uint64_t> staying;
  std::vector<ref<link>> ring;
  const spawn_options resumes{
      .on_failure = {.decide = [](const failure&) { return directive::resume; }}};
  for (int i = 0; i < 500; ++i) {
    ring.push_back(system.spawn<link>(resumes));
    staying.insert(ring.back().id());
  }
  for (std::size_t i = 0; i < ring.size(); ++i) {
    ring[i].tell(introduce{ring[(i + 1) % ring.size()]});
  }

  std::atomic<int> walks{0};
  std::thread walker([&] {
    while (!done || walks == 0) {
      std::set<std::uint64_t> seen;
      for (std::optional<inspect_cursor> next = inspect_cursor{}; next;) {
        const inspect_page page = inspect(system, *next, {.page_size = 37});
        for (const actor_status& each : page.actors) EXPECT_TRUE(seen.insert(each.id).second);
        next = page.next;
      }
      for (const std::uint64_t id : staying) EXPECT_TRUE(seen.contains(id)) << id;
      ++walks;
    }
  });
  std::thread churn([&] {
    for (int i = 0; i < rounds * 10; ++i) {
      auto brief = system.spawn<link>(temporary{});
      brief.tell(doze{});
      if (i % 2 == 0) brief.tell(crash{});
      brief.stop();
      inspect_actor(system, brief.id());
    }
  });
  for (int i = 0; i < rounds; ++i) {
    {
      const with_correlation scope(correlation_id{1000});
      ring[static_cast<std::size_t>(i) % ring.size()].tell(pass{100 + i});
    }
    ring[static_cast<std::size_t>(i * 7) % ring.size()].tell(crash{});
    ring[static_cast<std::size_t>(i * 3) % ring.size()].tell(doze{});
  }
  churn.join();
  EXPECT_TRUE(sink.all.try_acquire_for(60s)) << sink.spans << " spans";
  done = true;
  walker.join();
  EXPECT_EQ(sink.spans, counting_sink::expected);
  EXPECT_EQ(wrong_ids, 0u);
  EXPECT_GE(walks, 1);
}

}  // namespace
}  // namespace troupe
