// The snippets of docs/guides/actors.md about looking into a running system.
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace {

using namespace std::chrono_literals;

struct load {
  using reply = std::string;
  int page;
};

class store final : public troupe::actor {
 public:
  troupe::task<std::string> on(load m) {
    co_await sleep(20ms);
    co_return "page " + std::to_string(m.page);
  }
};

struct show {
  int page;
};

class reader final : public troupe::actor {
 public:
  explicit reader(troupe::ref<store> from) : from_(std::move(from)) {}
  troupe::task<> on(show m) {
    const auto page = co_await from_.ask(load{m.page}, 1s);  // carries the id of `show` on
    if (page) std::cout << troupe::to_string(troupe::correlation()) << ' ' << *page << '\n';
  }

 private:
  troupe::ref<store> from_;
};

class span_log final : public troupe::span_sink {
 public:
  void record(const troupe::span& ended) noexcept override { ended_.push_back(ended); }
  const std::vector<troupe::span>& ended() const { return ended_; }

 private:
  std::vector<troupe::span> ended_;
};

TEST(insight, a_request_can_be_followed_through_the_actors_it_goes_through) {
  span_log spans;
  troupe::sim::simulation world(1, {.spans = &spans});
  auto books = world.system().spawn<store>();
  auto someone = world.system().spawn<reader>(books);
  {
    const troupe::with_correlation scope(troupe::correlation_id{42});
    someone.tell(show{7});
  }
  world.run_for(1s);
  ASSERT_EQ(spans.ended().size(), 2U);
  EXPECT_EQ(spans.ended()[0].parent, spans.ended()[1].id);
  EXPECT_EQ(spans.ended()[0].took, 20ms);
}

TEST(insight, who_is_busy_is_found_page_by_page) {
  troupe::sim::simulation world(1);
  auto& system = world.system();
  auto someone = system.spawn<reader>(system.spawn<store>());
  someone.tell(show{7});
  world.run_for(10ms);
  std::vector<std::string> busy;
  for (auto page = troupe::inspect(system);; page = troupe::inspect(system, *page.next)) {
    for (const troupe::actor_status& each : page.actors) {
      if (!each.message.empty()) busy.push_back(each.name() + " in " + std::string(each.message));
    }
    if (!page.next) break;
  }
  EXPECT_EQ(busy.size(), 2U) << "the reader waits, and the store sleeps";
}

TEST(insight, a_program_says_where_reports_of_slow_handlers_go) {
  troupe::system system({.stall_threshold = 50ms, .on_stall = [](const troupe::stall& s) {
                           std::cerr << s.actor_type << '#' << s.actor << " holds worker "
                                     << s.worker << " in " << s.message << '\n';
                         }});
  EXPECT_TRUE(system.shutdown(10s).still_running.empty());
}

}  // namespace
