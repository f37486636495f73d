// What the clients of the hub notice when a part of it fails.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/hub_fixture.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;

class hub_failures : public hub {};

INSTANTIATE_TEST_SUITE_P(seeds, hub_failures, testing::Range<std::uint64_t>(1, 21));

TEST_P(hub_failures, a_client_that_fails_leaves_its_channels_and_disturbs_nobody) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 0);
  ask(ada, subscribe_to("chat:a"));
  ask(bob, subscribe_to("chat:a"));
  frames(ada);
  bob.tell(fail_now{});
  EXPECT_NE(frames(ada)[0].find(R"("leave":{"info":{"user":"bob")"), std::string::npos);
  EXPECT_EQ(payloads(ask(ada, publish(9, "1"))), std::vector<std::string>{"1"});
  EXPECT_NE(api("info", "{}").find(R"("num_clients":1,)"), std::string::npos);
}

TEST_P(hub_failures, a_channel_that_fails_is_restarted_as_often_as_its_limit_says) {
  auto ada = connect("ada", 0);
  ask(ada, subscribe_to("chat:a"));
  history.throws = true;
  for (std::uint32_t i = 1; i <= router::channel_restarts_max; ++i) {
    EXPECT_EQ(
        ask(ada, publish(10, "1"))[0],
        R"({"id":10,"error":{"code":100,"message":"internal server error","temporary":true}})");
    world.run_for(2s);
    EXPECT_EQ(figures_of("hub::channel").restarts, i);
  }
  // Its subscribers are still there, and hear what comes.
  history.throws = false;
  EXPECT_EQ(payloads(ask(ada, publish(11, "2"))), std::vector<std::string>{"2"});
  EXPECT_EQ(ask(ada, R"({"id":5,"presence_stats":{"channel":"chat:a"}})")[0],
            R"({"id":5,"presence_stats":{"num_clients":1,"num_users":1}})");
  // One more than the limit: it is stopped, and the subscriber is told to come again.
  history.throws = true;
  const auto last = ask(ada, publish(12, "3"));
  EXPECT_EQ(figures_of("hub::channel").restarts, router::channel_restarts_max);
  EXPECT_EQ(figures_of("hub::channel").failed, 1U);
  EXPECT_EQ(last.back(), R"({"push":{"channel":"chat:a","unsubscribe":{"code":2500,)"
                         R"("reason":"insufficient state"}}})");
  history.throws = false;
  EXPECT_EQ(ask(ada, subscribe_to("chat:a", 20))[0].substr(0, 21), R"({"id":20,"subscribe":)");
}

TEST_P(hub_failures, a_history_that_is_not_available_is_an_error_and_nothing_is_published) {
  auto ada = connect("ada", 0);
  ask(ada, subscribe_to("chat:a"));
  history.unavailable = true;
  const auto answer = ask(ada, publish(10, "1"));
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_NE(answer[0].find(R"("code":100)"), std::string::npos);
}

TEST_P(hub_failures, a_hub_that_starts_anew_sends_its_clients_back) {
  auto ada = connect("ada", 0);
  const auto now = world.system().ask(root, find_directory{}, 1s).value();
  now.routing.stop();
  now.fanouts[0].stop();
  EXPECT_EQ(code(ada), 3011);
}

}  // namespace
}  // namespace troupe::hub
