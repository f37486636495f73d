// event_log_suite.hpp — what every adapter of the port event_log has to do. A program that runs it
// instantiates the suite with a fixture that gives the log (lanes of at most four events) and an
// actor system, as `log()` and `system()`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

#include "ports/event_log.hpp"

namespace troupe::conformance {

struct append_events {
  using reply = std::expected<void, ports::event_log_errc>;
  std::uint32_t lane;
  std::vector<ports::event> events;
};
struct read_events {
  using reply = std::expected<std::vector<ports::kept_event>, ports::event_log_errc>;
  std::uint32_t lane;
  std::size_t limit;
};
struct remove_events {
  using reply = std::expected<void, ports::event_log_errc>;
  std::uint32_t lane;
  std::uint64_t id;
};

/// Answers with what the log answered.
class event_log_caller final : public actor {
 public:
  explicit event_log_caller(ports::event_log& log) : log_(log) {}

  task<append_events::reply> on(append_events m) {
    co_return co_await log_.append(m.lane, std::move(m.events));
  }
  task<read_events::reply> on(read_events m) { co_return co_await log_.read(m.lane, m.limit); }
  task<remove_events::reply> on(remove_events m) {
    co_return co_await log_.remove_through(m.lane, m.id);
  }

 private:
  ports::event_log& log_;
};

template <class Fixture>
class event_logs : public testing::Test {
 protected:
  template <class M>
  auto ask(M message) {
    const auto caller = fixture.system().template spawn<event_log_caller>(std::ref(fixture.log()));
    return fixture.system().ask(caller, std::move(message), std::chrono::seconds(30));
  }
  bool append(std::uint32_t lane, std::vector<std::string> bodies) {
    std::vector<ports::event> events;
    for (std::string& body : bodies) {
      events.push_back({.kind = ports::event_kind::unsubscribe,
                        .body = std::move(body),
                        .headers = {{"Cookie", "a=b\tc"}, {"X-Request-Id", "7"}}});
    }
    return ask(append_events{lane, std::move(events)}).has_value();
  }
  std::vector<ports::kept_event> read(std::uint32_t lane, std::size_t limit = 100) {
    return ask(read_events{lane, limit}).value();
  }
  std::vector<std::string> bodies(std::uint32_t lane, std::size_t limit = 100) {
    std::vector<std::string> all;
    for (const ports::kept_event& each : read(lane, limit)) all.push_back(each.what.body);
    return all;
  }
  using texts = std::vector<std::string>;

  Fixture fixture;
};

TYPED_TEST_SUITE_P(event_logs);

TYPED_TEST_P(event_logs, gives_back_what_was_appended_in_its_order) {
  EXPECT_TRUE(this->append(1, {"a", "b"}));
  EXPECT_TRUE(this->append(1, {std::string("c\0{\xff", 4)}));
  EXPECT_EQ(this->bodies(1), (std::vector<std::string>{"a", "b", std::string("c\0{\xff", 4)}));
  EXPECT_EQ(this->bodies(1, 2), (std::vector<std::string>{"a", "b"}));
  const auto kept = this->read(1);
  EXPECT_LT(kept[0].id, kept[1].id);
  EXPECT_EQ(kept[0].what.kind, ports::event_kind::unsubscribe);
  EXPECT_EQ(kept[0].what.headers.at(0).second, "a=b\tc");
}

TYPED_TEST_P(event_logs, removes_up_to_an_event_and_keeps_what_came_after) {
  EXPECT_TRUE(this->append(1, {"a", "b", "c"}));
  const auto kept = this->read(1);
  EXPECT_TRUE(this->ask(remove_events{1, kept[1].id}).has_value());
  EXPECT_EQ(this->bodies(1), std::vector<std::string>{"c"});
  EXPECT_TRUE(this->ask(remove_events{1, kept[1].id}).has_value()) << "once more changes nothing";
  EXPECT_TRUE(this->append(1, {"d"}));
  EXPECT_EQ(this->bodies(1), (std::vector<std::string>{"c", "d"}));
}

TYPED_TEST_P(event_logs, lanes_are_queues_of_their_own) {
  EXPECT_TRUE(this->append(1, {"a"}));
  EXPECT_TRUE(this->append(2, {"b"}));
  EXPECT_TRUE(this->ask(remove_events{1, this->read(1)[0].id}).has_value());
  EXPECT_TRUE(this->bodies(1).empty());
  EXPECT_EQ(this->bodies(2), std::vector<std::string>{"b"});
  EXPECT_TRUE(this->bodies(3).empty());
}

TYPED_TEST_P(event_logs, a_full_lane_takes_all_or_none) {
  EXPECT_TRUE(this->append(1, {"a", "b", "c"}));
  const auto refused = this->ask(append_events{1, {{}, {}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(*refused.error().answer(), ports::event_log_errc::full);
  EXPECT_EQ(this->bodies(1).size(), 3U);
  EXPECT_TRUE(this->append(1, {"d"}));
  EXPECT_TRUE(this->append(2, {"a", "b", "c", "d"})) << "another lane has room";
  EXPECT_TRUE(this->ask(remove_events{1, this->read(1)[0].id}).has_value());
  EXPECT_TRUE(this->append(1, {"e"}));
}

REGISTER_TYPED_TEST_SUITE_P(event_logs, gives_back_what_was_appended_in_its_order,
                            removes_up_to_an_event_and_keeps_what_came_after,
                            lanes_are_queues_of_their_own, a_full_lane_takes_all_or_none);

}  // namespace troupe::conformance
