#include "services/hub/event_keeper.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "adapters/memory/event_log.hpp"
#include "core/memory_log.hpp"
#include "services/hub/application_caller.hpp"
#include "tests/sim/scripted_http.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

class event_keeper_at_work : public testing::Test {
 protected:
  event_keeper_at_work() {
    configuration.client.proxy.disconnect.endpoint = "http://app/disconnect";
    keeper = make_keeper();
  }
  ref<event_keeper> make_keeper() {
    return world.system().spawn<event_keeper>(
        spawn_options{.batch = {.messages_max = 10, .within = 5ms}}, 1U, std::cref(live),
        std::ref<ports::event_log>(events), std::ref<ports::http_client>(http),
        std::ref<core::log>(log), std::ref(counters));
  }
  void report(std::string body) {
    keeper.tell(report_event{{.kind = ports::event_kind::disconnect,
                              .body = std::move(body),
                              .headers = {{"X-Request-Id", "7"}}}});
  }
  texts heard() const {
    texts bodies;
    for (const ports::http_request& each : http.requests) bodies.push_back(each.body);
    return bodies;
  }
  void answer_with(unsigned status) {
    http.answer = [status](const ports::http_request&) -> ports::http_result {
      return ports::http_response{.status = status, .body = "{}"};
    };
  }

  core::configuration configuration;
  core::live_configuration live{configuration};
  core::memory_log log;
  core::counters counters;
  memory::event_log events{4};
  sim::scripted_http http;
  sim::simulation world{1};
  ref<event_keeper> keeper;
};

TEST_F(event_keeper_at_work, tells_each_event_once_when_it_is_noted_at_once) {
  answer_with(204);
  for (const char* each : {"1", "2", "3"}) report(each);
  world.run_for(1h);
  EXPECT_EQ(heard(), (texts{"1", "2", "3"}));
  EXPECT_EQ(counters.events_reported.value(), 3U);
  EXPECT_EQ(http.requests[0].url, "http://app/disconnect");
  EXPECT_EQ(http.requests[0].method, ports::http_request::method_type::post);
  EXPECT_EQ(http.requests[0].headers,
            (http_headers{{"X-Request-Id", "7"}, {"Content-Type", "application/json"}}));
}

TEST_F(event_keeper_at_work, tries_again_until_it_is_noted_and_keeps_the_order) {
  report("1");
  report("2");
  world.run_for(10min);  // unreachable
  EXPECT_GT(http.requests.size(), 10U);
  EXPECT_LT(http.requests.size(), 60U) << "the pauses grow";
  answer_with(500);
  world.run_for(2min);
  EXPECT_EQ(counters.events_reported.value(), 0U);
  answer_with(200);
  world.run_for(event_reporter::pause_max);
  EXPECT_EQ(counters.events_reported.value(), 2U);
  const texts all = heard();
  EXPECT_EQ(all.back(), "2");
  EXPECT_EQ(all[all.size() - 2], "1");
}

TEST_F(event_keeper_at_work, what_waits_goes_where_a_reload_says) {
  report("1");
  world.run_for(10s);  // unreachable
  core::configuration next = configuration;
  next.client.proxy.disconnect.endpoint = "http://elsewhere/disconnect";
  ASSERT_TRUE(live.replace(next));
  answer_with(200);
  world.run_for(event_reporter::pause_max);
  EXPECT_EQ(counters.events_reported.value(), 1U);
  EXPECT_EQ(http.requests.back().url, "http://elsewhere/disconnect");
}

TEST_F(event_keeper_at_work, what_is_over_the_bound_is_dropped_and_counted) {
  for (int i = 0; i < 4; ++i) report(std::to_string(i));
  world.run_for(1s);
  EXPECT_EQ(counters.events_dropped.value(), 0U);
  report("one too many");
  world.run_for(1s);
  EXPECT_EQ(counters.events_dropped.value(), 1U);
  answer_with(200);
  world.run_for(1min);
  EXPECT_EQ(counters.events_reported.value(), 4U);
}

TEST_F(event_keeper_at_work, what_was_kept_comes_after_a_restart) {
  report("1");
  report("2");
  world.run_for(10s);
  keeper.stop();
  ASSERT_TRUE(world.system().wait_stopped(keeper, 1s));
  http.requests.clear();
  answer_with(200);
  keeper = make_keeper();
  world.run_for(10s);
  EXPECT_EQ(heard(), (texts{"1", "2"}));
}

TEST_F(event_keeper_at_work, answers_a_flush_behind_everything_that_came_before) {
  report("1");
  report("2");
  EXPECT_FALSE(world.system().ask(keeper, flush_events{}, 1s).has_value());
  answer_with(200);
  EXPECT_TRUE(world.system().ask(keeper, flush_events{}, 1min).has_value());
  EXPECT_EQ(counters.events_reported.value(), 2U);
}

TEST_F(event_keeper_at_work, an_event_without_an_address_any_more_is_dropped) {
  report("1");
  world.run_for(1s);
  configuration.client.proxy.disconnect.endpoint = "";
  keeper.stop();
  ASSERT_TRUE(world.system().wait_stopped(keeper, 1s));
  keeper = make_keeper();
  world.run_for(1s);
  EXPECT_EQ(counters.events_dropped.value(), 1U);
}

}  // namespace
}  // namespace troupe::hub
