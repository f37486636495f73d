// The hub as its clients see it: publishing, subscribing, recovering, being there.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/hub_fixture.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;

INSTANTIATE_TEST_SUITE_P(seeds, hub, testing::Range<std::uint64_t>(1, 21));

TEST_P(hub, a_publication_reaches_subscribers_on_every_worker) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  ask(ada, subscribe_to("plain:x"));
  ask(bob, subscribe_to("plain:x"));
  const auto own = ask(ada, publish(3, R"({"n":1})", "plain:x"));
  ASSERT_EQ(own.size(), 2U) << "its own publication, and the reply";
  const auto other = frames(bob);
  ASSERT_EQ(other.size(), 1U);
  EXPECT_NE(other[0].find(R"({"push":{"channel":"plain:x","pub":{"data":{"n":1},"info":)"
                          R"({"user":"ada","client":")"),
            std::string::npos)
      << other[0];
}

TEST_P(hub, each_subscriber_gets_the_format_of_its_transport) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1, wire_format::sse_json);
  auto eve = connect("eve", 0, wire_format::http_stream_json);
  for (auto& each : {ada, bob, eve}) ask(each, subscribe_to("plain:x"));
  const auto own = ask(ada, publish(3, R"({"n":1})", "plain:x"));
  const auto push =
      std::ranges::find_if(own, [](auto& frame) { return frame.starts_with(R"({"push":)"); });
  ASSERT_NE(push, own.end());
  EXPECT_EQ(frames(bob), std::vector{"sse " + *push});
  EXPECT_EQ(frames(eve), std::vector{"http_stream " + *push});
}

TEST_P(hub, the_answer_to_a_subscribe_comes_before_every_push_of_that_channel) {
  auto busy = connect("ada", 0);
  auto late = connect("bob", 1);
  for (int i = 0; i < 20; ++i) busy.tell(say{publish(10 + i, std::to_string(i))});
  late.tell(say{subscribe_to("chat:a")});
  for (int i = 20; i < 40; ++i) busy.tell(say{publish(10 + i, std::to_string(i))});
  const auto all = frames(late);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].substr(0, 20), R"({"id":2,"subscribe":)");
  const auto at = all[0].find(R"("offset":)");
  const std::uint64_t from = at == std::string::npos ? 0 : std::stoull(all[0].substr(at + 9));
  // Everything behind the position it was given, without a gap.
  std::vector<std::string> expected;
  for (std::uint64_t n = from; n < 40; ++n) expected.push_back(std::to_string(n));
  EXPECT_EQ(payloads({all.begin() + 1, all.end()}), expected) << all[0];
}

TEST_P(hub, two_publishers_are_heard_in_one_order_by_all) {
  auto one = connect("one", 0);
  auto two = connect("two", 1);
  std::vector<ref<frame_client>> listeners;
  for (std::uint32_t i = 0; i < 4; ++i) {
    listeners.push_back(connect("listener", i % 2));
    ask(listeners.back(), subscribe_to("chat:a"));
  }
  for (auto& each : listeners) frames(each);
  for (int i = 0; i < 50; ++i) {
    one.tell(say{publish(10 + i, std::to_string(i))});
    two.tell(say{publish(10 + i, std::to_string(1000 + i))});
  }
  const auto first = payloads(frames(listeners[0]));
  EXPECT_EQ(first.size(), 100U);
  for (auto& each : {listeners[1], listeners[2], listeners[3]}) {
    EXPECT_EQ(payloads(frames(each)), first);
  }
}

TEST_P(hub, a_client_recovers_what_it_missed) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  const auto subscribed = ask(bob, subscribe_to("chat:a"));
  const std::string epoch = text_after(subscribed[0], "epoch");
  bob.stop();
  for (int i = 1; i <= 3; ++i) ask(ada, publish(10 + i, std::to_string(i)));
  auto again = connect("bob", 0);
  const auto answer = ask(again, R"({"id":2,"subscribe":{"channel":"chat:a","recover":true,)"
                                 R"("epoch":")" +
                                     epoch + R"(","offset":1}})");
  EXPECT_NE(answer[0].find(R"("recovered":true)"), std::string::npos) << answer[0];
  EXPECT_NE(answer[0].find(R"("was_recovering":true)"), std::string::npos) << answer[0];
  EXPECT_NE(answer[0].find(R"("data":2)"), std::string::npos) << answer[0];
  EXPECT_NE(answer[0].find(R"("data":3)"), std::string::npos) << answer[0];
  EXPECT_EQ(answer[0].find(R"("data":1,)"), std::string::npos) << answer[0];
  EXPECT_NE(answer[0].find(R"("offset":1)"), std::string::npos) << "the request's own offset";
}

TEST_P(hub, what_cannot_be_recovered_is_said_so) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  for (int i = 1; i <= 9; ++i) ask(ada, publish(10 + i, std::to_string(i)));
  const std::string recover = R"({"id":2,"subscribe":{"channel":"chat:a","recover":true,)"
                              R"("epoch":"","offset":2)";
  const auto rejected = ask(bob, recover + R"(,"flag":2}})");
  EXPECT_EQ(rejected[0], R"({"id":2,"error":{"code":112,"message":"unrecoverable position"}})");
  const auto told = ask(bob, recover + "}}");
  EXPECT_EQ(told[0].find(R"("recovered")"), std::string::npos) << told[0];
  EXPECT_NE(told[0].find(R"("was_recovering":true)"), std::string::npos) << told[0];
  EXPECT_NE(told[0].find(R"("offset":9)"), std::string::npos) << told[0];
}

TEST_P(hub, join_and_leave_are_told_and_presence_follows) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  const auto own = ask(ada, subscribe_to("chat:a"));
  ASSERT_EQ(own.size(), 2U) << "the answer, and its own join";
  EXPECT_NE(own[1].find(R"("join":{"info":{"user":"ada")"), std::string::npos) << own[1];
  ask(bob, subscribe_to("chat:a"));
  EXPECT_NE(frames(ada)[0].find(R"("join":{"info":{"user":"bob")"), std::string::npos);
  EXPECT_EQ(ask(ada, R"({"id":5,"presence_stats":{"channel":"chat:a"}})")[0],
            R"({"id":5,"presence_stats":{"num_clients":2,"num_users":2}})");
  bob.tell(say{R"({"id":3,"unsubscribe":{"channel":"chat:a"}})"});
  EXPECT_EQ(frames(bob).back(), R"({"id":3,"unsubscribe":{}})");
  EXPECT_NE(frames(ada)[0].find(R"("leave":{"info":{"user":"bob")"), std::string::npos);
  EXPECT_EQ(ask(ada, R"({"id":6,"presence_stats":{"channel":"chat:a"}})")[0],
            R"({"id":6,"presence_stats":{"num_clients":1,"num_users":1}})");
}

TEST_P(hub, after_an_unsubscribe_nothing_more_comes) {
  auto ada = connect("ada", 0);
  auto bob = connect("bob", 1);
  ask(bob, subscribe_to("chat:a"));
  for (int i = 0; i < 30; ++i) ada.tell(say{publish(10 + i, std::to_string(i))});
  bob.tell(say{R"({"id":3,"unsubscribe":{"channel":"chat:a"}})"});
  for (int i = 30; i < 60; ++i) ada.tell(say{publish(10 + i, std::to_string(i))});
  const auto all = frames(bob);
  EXPECT_EQ(all.back(), R"({"id":3,"unsubscribe":{}})");
}

TEST_P(hub, a_channel_nobody_uses_goes_and_comes_back_with_its_stream) {
  auto ada = connect("ada", 0);
  ask(ada, publish(10, "1"));
  EXPECT_EQ(figures_of("hub::channel").alive(), 1U);
  world.run_for(3min);
  EXPECT_EQ(figures_of("hub::channel").alive(), 0U);
  const auto answer = ask(ada, R"({"id":5,"history":{"channel":"chat:a","limit":-1}})");
  EXPECT_NE(answer[0].find(R"("data":1)"), std::string::npos) << answer[0];
}

TEST_P(hub, a_reloaded_configuration_holds_from_the_next_use_on_also_for_channels_that_are_open) {
  auto ada = connect("ada");
  ask(ada, subscribe_to("chat:a"));
  ask(ada, publish(3, R"({"n":1})"));
  core::configuration next = configuration;
  next.channel.namespaces[0].options.history_size = 0;
  next.channel.namespaces[0].options.history_ttl = 0s;
  next.channel.namespaces[0].options.force_recovery = false;
  next.channel.namespaces[1].options.allow_subscribe_for_client = false;
  ASSERT_TRUE(live.replace(next));
  // Without history a publication has no offset, in a channel that had given offset 1 before.
  EXPECT_EQ(api("publish", R"({"channel":"chat:a","data":{"n":2}})"), R"({"result":{}})");
  const auto answers = ask(ada, subscribe_to("plain:a", 4));
  EXPECT_EQ(
      std::ranges::count(answers, R"({"id":4,"error":{"code":103,"message":"permission denied"}})"),
      1);
}

TEST_P(hub, the_server_api_publishes_once_per_idempotency_key) {
  auto ada = connect("ada", 0);
  ask(ada, subscribe_to("chat:a"));
  frames(ada);
  const std::string body = R"({"channel":"chat:a","data":7,"idempotency_key":"k"})";
  const std::string first = api("publish", body);
  EXPECT_EQ(first.substr(0, 23), R"({"result":{"offset":1,")");
  EXPECT_EQ(api("publish", body), first);
  EXPECT_EQ(payloads(frames(ada)), std::vector<std::string>{"7"});
  world.run_for(6min);
  EXPECT_EQ(api("publish", body).substr(0, 23), R"({"result":{"offset":2,")");
}

}  // namespace
}  // namespace troupe::hub
