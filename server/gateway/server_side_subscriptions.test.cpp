// Subscriptions that the server begins: by token, by configuration, by the server API. On the
// simulator, through WebSockets and HTTP.
#include <gtest/gtest.h>

#include "tests/sim/hub_world.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::hub_world;

constexpr std::string_view done = R"({"result":{}})";

class server_side_subscriptions : public testing::TestWithParam<std::uint64_t> {
 protected:
  std::string epoch() {
    return hub_world::text_after(world.api("history", R"({"channel":"chat:a"})"), "epoch");
  }
  void publish(std::uint64_t from, std::uint64_t to, const std::string& channel = "chat:a") {
    for (std::uint64_t n = from; n <= to; ++n) {
      world.api("publish", R"({"channel":")" + channel + R"(","data":)" + std::to_string(n) + "}");
    }
  }
  static std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t n = from; n <= to; ++n) all.push_back(n);
    return all;
  }
  /// Stops the channel's actor for good, as too many failures would.
  void stop_channel(const std::string& name) {
    const auto parts = world.server.ask(world.server.parts.hub, hub::find_directory{});
    const auto channel = world.server.ask(
        parts.routing,
        hub::open_channel{
            core::channel_name(name),
            &world.server.shared().hub.configuration().channel.namespaces[0].options});
    channel.stop();
    world.run();
  }

  hub_world world{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(seeds, server_side_subscriptions, testing::Range<std::uint64_t>(1, 21));

TEST_P(server_side_subscriptions, those_of_the_token_are_part_of_the_answer_to_connect) {
  const auto ada = world.connect(
      "ada", R"(,"channels":["plain:x","chat:a"],"subs":{"chat:a":{"info":{"role":"host"},)"
             R"("data":{"hello":1}}})");
  ASSERT_FALSE(ada.heard->texts.empty());
  EXPECT_TRUE(ada.heard->texts[0].contains(R"("subs":{"chat:a":{"recoverable":true,"epoch":")" +
                                           epoch() +
                                           R"(","positioned":true,"data":{"hello":1}},)"
                                           R"("plain:x":{}},)"))
      << ada.heard->texts[0];
  EXPECT_TRUE(world.api("presence", R"({"channel":"chat:a"})").contains(R"("chan_info":{"role")"));
  publish(1, 2);
  publish(3, 3, "plain:x");
  EXPECT_EQ(hub_world::numbers_heard(ada), numbers(1, 3));
}

TEST_P(server_side_subscriptions, nothing_is_lost_or_doubled_between_the_answer_and_what_follows) {
  const auto busy = world.connect("bob");
  const auto say = [&](std::uint64_t n) {
    busy.command(R"({"id":)" + std::to_string(100 + n) +
                 R"(,"publish":{"channel":"chat:a","data":)" + std::to_string(n) + "}}");
  };
  for (std::uint64_t n = 1; n <= 20; ++n) say(n);
  const auto late = world.server.connect(
      sim::upgrade_request() +
      sim::text_frame(world.connect_command("ada", R"(,"channels":["chat:a","plain:x"])")));
  for (std::uint64_t n = 21; n <= 60; ++n) say(n);
  world.run(1s);
  ASSERT_FALSE(late.heard->texts.empty());
  const std::string& answer = late.heard->texts[0];
  ASSERT_TRUE(answer.starts_with(R"({"id":1,"connect":{"client":)")) << answer;
  const auto at = answer.find(R"("offset":)");
  const std::uint64_t from = at == std::string::npos ? 0 : std::stoull(answer.substr(at + 9));
  EXPECT_EQ(hub_world::numbers_heard(late), numbers(from + 1, 60)) << answer;
}

TEST_P(server_side_subscriptions, a_reconnect_recovers_what_was_missed) {
  const std::string token_claims = R"(,"channels":["chat:a"])";
  const auto before = world.connect("ada", token_claims);
  publish(1, 2);
  before.who.tell(sim::hang_up{});
  publish(3, 5);
  const std::string since = R"(,"subs":{"chat:a":{"recover":true,"epoch":")" + epoch() +
                            R"(","offset":2},"plain:forged":{"recover":true}})";
  const auto after = world.connect("ada", token_claims, since);
  ASSERT_FALSE(after.heard->texts.empty());
  const std::string& answer = after.heard->texts[0];
  for (const std::string_view part :
       {R"("recovered":true)", R"("was_recovering":true)", R"("offset":2,"positioned":true)",
        R"("publications":[{"data":3)", R"("data":5,"offset":5)"}) {
    EXPECT_TRUE(answer.contains(part)) << part << " in " << answer;
  }
  EXPECT_FALSE(answer.contains("forged")) << "a client cannot ask for more than its token has";
  publish(6, 6);
  EXPECT_EQ(hub_world::numbers_heard(after), numbers(6, 6));

  publish(7, 30);  // more than the history keeps
  const auto late = world.connect("ada", token_claims, since);
  EXPECT_TRUE(late.heard->texts[0].contains(R"("was_recovering":true)"));
  EXPECT_FALSE(late.heard->texts[0].contains(R"("recovered":true)")) << "a gap is said so";
}

TEST_P(server_side_subscriptions, a_token_with_an_unknown_channel_is_refused) {
  const auto ada = world.connect("ada", R"(,"channels":["chat:a","nowhere:x"])");
  EXPECT_EQ(ada.heard->texts, std::vector<std::string>{
                                  R"({"id":1,"error":{"code":102,"message":"unknown channel"}})"});
  ada.command(R"({"id":2,"subscribe":{"channel":"chat:a"}})");
  world.run();
  EXPECT_EQ(ada.heard->close_code, 3501);
  EXPECT_EQ(world.api("channels", "{}"), R"({"result":{"channels":{}}})");
}

TEST_P(server_side_subscriptions, over_the_channel_limit_the_connection_ends) {
  core::configuration rules = sim::configuration_with_tokens();
  rules.client.channel_limit = 2;
  hub_world limited(GetParam(), rules);
  const auto greedy = limited.connect("ada", R"(,"channels":["plain:1","plain:2","plain:3"])");
  EXPECT_EQ(greedy.heard->close_code, 3505);
  const auto ada = limited.connect("ada", R"(,"channels":["plain:1"])");
  ada.command(R"({"id":2,"subscribe":{"channel":"plain:2"}})");
  ada.command(R"({"id":3,"subscribe":{"channel":"plain:3"}})");
  limited.run();
  EXPECT_TRUE(ada.heard->heard(R"({"id":3,"error":{"code":106)")) << "what the client asks for";
  limited.api("subscribe", R"({"user":"ada","channel":"plain:4"})");
  EXPECT_EQ(ada.heard->close_code, 3505);
}

TEST_P(server_side_subscriptions, every_connection_of_a_user_has_the_personal_channel) {
  core::configuration rules = sim::configuration_with_tokens();
  rules.client.subscribe_to_user_personal_channel.enabled = true;
  rules.client.allow_anonymous_connect_without_token = true;
  hub_world personal(GetParam(), rules);
  const auto laptop = personal.connect("ada");
  const auto phone = personal.connect("ada");
  const auto bob = personal.connect("bob");
  const auto stranger = personal.server.connect_to_hub();
  const auto foreign = personal.connect("Zoë");
  personal.run();
  EXPECT_TRUE(laptop.heard->texts.at(0).contains(R"("subs":{"#ada":{}})"));
  EXPECT_FALSE(stranger.heard->texts.at(0).contains("subs"));
  EXPECT_FALSE(foreign.heard->texts.at(0).contains("subs")) << "no channel can be called so";
  personal.api("publish", R"({"channel":"#ada","data":7})");
  for (const auto& each : {laptop, phone}) {
    EXPECT_EQ(hub_world::numbers_heard(each), numbers(7, 7));
  }
  EXPECT_TRUE(hub_world::numbers_heard(bob).empty());
  bob.command(R"({"id":2,"subscribe":{"channel":"#ada"}})");
  bob.command(R"({"id":3,"subscribe":{"channel":"#bob"}})");
  personal.run();
  EXPECT_TRUE(bob.heard->heard(R"({"id":2,"error":{"code":103)"));
  EXPECT_TRUE(bob.heard->heard(R"({"id":3,"error":{"code":105)")) << "he has it already";
}

TEST_P(server_side_subscriptions, the_application_begins_and_ends_them_while_the_client_runs) {
  const auto laptop = world.connect("ada");
  const auto phone = world.connect("ada");
  publish(1, 2);
  EXPECT_EQ(world.api("subscribe", R"({"user":"ada","channel":"chat:a","data":{"hi":1},)"
                                   R"("info":{"role":"guest"}})"),
            done);
  publish(3, 4);
  for (const auto& each : {laptop, phone}) {
    ASSERT_GE(each.heard->texts.size(), 2U);
    EXPECT_EQ(each.heard->texts[1],
              R"({"push":{"channel":"chat:a","subscribe":{"recoverable":true,"epoch":")" + epoch() +
                  R"(","offset":2,"positioned":true,"data":{"hi":1}}}})");
    EXPECT_EQ(hub_world::numbers_heard(each), numbers(3, 4));
    EXPECT_TRUE(each.heard->heard(R"("chan_info":{"role":"guest"})")) << "in the joins";
  }
  EXPECT_EQ(world.api("subscribe", R"({"user":"ada","channel":"chat:a"})"), done);
  EXPECT_EQ(laptop.heard->count(R"("subscribe":{)"), 1U) << "once is enough";
  laptop.command(R"({"id":5,"subscribe":{"channel":"chat:a"}})");
  world.run();
  EXPECT_TRUE(laptop.heard->heard(R"({"id":5,"error":{"code":105)"));

  laptop.command(R"({"id":6,"unsubscribe":{"channel":"chat:a"}})");
  world.run();
  EXPECT_TRUE(laptop.heard->heard(R"({"id":6,"unsubscribe":{}})"));
  EXPECT_EQ(world.api("unsubscribe", R"({"user":"ada","channel":"chat:a"})"), done);
  EXPECT_EQ(phone.heard->count(R"("unsubscribe":{"code":2000,)"), 1U);
  EXPECT_EQ(laptop.heard->count(R"("unsubscribe":{"code":2000,)"), 0U);
  publish(5, 5);
  for (const auto& each : {laptop, phone}) {
    EXPECT_EQ(hub_world::numbers_heard(each), numbers(3, 4));
    EXPECT_FALSE(each.heard->close_code);
  }
}

TEST_P(server_side_subscriptions, the_application_says_since_when) {
  const auto ada = world.connect("ada");
  publish(1, 5);
  EXPECT_EQ(world.api("subscribe", R"({"user":"ada","channel":"chat:a","recover_since":)"
                                   R"({"offset":2,"epoch":")" +
                                       epoch() + "\"}}"),
            done);
  publish(6, 6);
  EXPECT_TRUE(ada.heard->texts.at(1).contains(R"("subscribe":{"recoverable":true)"));
  EXPECT_TRUE(ada.heard->texts.at(1).contains(R"("offset":2)"));
  EXPECT_EQ(hub_world::numbers_heard(ada), numbers(3, 6));
}

TEST_P(server_side_subscriptions, an_order_during_the_connect_is_carried_out_after_its_answer) {
  // The order may find nobody yet, or a connection that is not answered: the seed decides.
  const auto ada = world.server.connect(
      sim::upgrade_request() +
      sim::text_frame(world.connect_command("ada", R"(,"channels":["chat:b","chat:c"])")));
  world.api("subscribe", R"({"user":"ada","channel":"plain:x"})");
  ASSERT_FALSE(ada.heard->texts.empty());
  EXPECT_TRUE(ada.heard->texts[0].starts_with(R"({"id":1,"connect":{)")) << ada.heard->texts[0];
  EXPECT_FALSE(ada.heard->close_code);
}

TEST_P(server_side_subscriptions, a_client_may_unsubscribe_from_what_is_only_being_begun) {
  const auto ada = world.connect("ada");
  const auto other = world.connect("bob");
  world.server.connect(
      "POST /api/subscribe HTTP/1.1\r\nHost: sim\r\nX-API-Key: the-api-key\r\n"
      "Content-Length: 33\r\n\r\n{\"user\":\"ada\",\"channel\":\"chat:a\"}");
  ada.command(R"({"id":2,"unsubscribe":{"channel":"chat:a"}})");
  ada.command(R"({"id":3,"presence_stats":{"channel":"chat:a"}})");
  world.run();
  EXPECT_FALSE(ada.heard->close_code);
  EXPECT_TRUE(ada.heard->heard(R"({"id":2,"unsubscribe":{}})"));
  EXPECT_TRUE(ada.heard->heard(R"({"id":3,"presence_stats":{)"));
  EXPECT_FALSE(other.heard->close_code);
}

TEST_P(server_side_subscriptions, one_that_expires_ends_the_connection) {
  core::configuration rules = sim::configuration_with_tokens();
  rules.client.ping_interval = 1h;
  hub_world quiet(GetParam(), rules);
  const auto ada = quiet.connect("ada");
  const auto until = [&](std::int64_t seconds) {
    return R"({"user":"ada","channel":"chat:a","expire_at":)" +
           std::to_string(quiet.unix_now() + seconds) + "}";
  };
  EXPECT_EQ(quiet.api("subscribe", until(-1)), R"({"error":{"code":110,"message":"expired"}})");
  EXPECT_EQ(quiet.api("subscribe", until(10)), done);
  quiet.run(33s);
  EXPECT_FALSE(ada.heard->close_code) << "there is a grace of 25 s";
  quiet.run(3s);
  EXPECT_EQ(ada.heard->close_code, 3006);
}

TEST_P(server_side_subscriptions, one_whose_channel_is_gone_ends_the_connection) {
  const auto ada = world.connect("ada", R"(,"channels":["chat:a"])");
  const auto bob = world.connect("bob");
  bob.command(R"({"id":2,"subscribe":{"channel":"chat:a"}})");
  world.run();
  stop_channel("chat:a");
  EXPECT_EQ(ada.heard->close_code, 3010) << "it connects again, and recovers";
  EXPECT_FALSE(bob.heard->close_code);
  EXPECT_TRUE(bob.heard->heard(R"("unsubscribe":{"code":2500)"))
      << "what he began, he begins again";
}

TEST_P(server_side_subscriptions, options_of_the_channel_can_be_overridden_for_one) {
  const auto hidden =
      world.connect("spy", R"(,"subs":{"chat:a":{"override":{"presence":{"value":false},)"
                           R"("join_leave":{"value":false},"force_recovery":{"value":false},)"
                           R"("force_push_join_leave":{"value":false}}}})");
  const auto ada = world.connect("ada", R"(,"channels":["chat:a"])");
  EXPECT_TRUE(hidden.heard->texts[0].contains(R"("subs":{"chat:a":{}})"));
  EXPECT_FALSE(hidden.heard->heard(R"("join")"));
  EXPECT_EQ(world.api("presence_stats", R"({"channel":"chat:a"})"),
            R"({"result":{"num_clients":1,"num_users":1}})");
  EXPECT_EQ(world.api("channels", "{}"), R"({"result":{"channels":{"chat:a":{"num_clients":2}}}})")
      << "a subscriber all the same";
  publish(1, 1);
  EXPECT_EQ(hub_world::numbers_heard(hidden), numbers(1, 1));
  hidden.who.tell(sim::hang_up{});
  world.run();
  EXPECT_FALSE(ada.heard->heard(R"("leave")"));

  world.api("subscribe", R"({"user":"ada","channel":"chat:quiet","override":)"
                         R"({"presence":{"value":false}}})");
  EXPECT_EQ(world.api("presence", R"({"channel":"chat:quiet"})"), R"({"result":{"presence":{}}})");
}

TEST_P(server_side_subscriptions, a_batch_runs_in_its_order_and_in_parallel_all_of_it) {
  const auto ada = world.connect("ada", R"(,"channels":["plain:x"])");
  EXPECT_EQ(world.api("batch", R"({"commands":[{"publish":{"channel":"plain:x","data":1}},)"
                               R"({"publish":{"channel":"nowhere:x","data":1}},)"
                               R"({"publish":{"channel":"plain:x","data":2}},{"frobnicate":{}}]})"),
            R"({"replies":[{"publish":{}},{"error":{"code":102,"message":"unknown channel"}},)"
            R"({"publish":{}},{"error":{"code":104,"message":"method not found"}}]})");
  EXPECT_EQ(hub_world::numbers_heard(ada), numbers(1, 2));

  std::string many;
  for (int i = 0; i < 150; ++i) {
    many += (i ? "," : "") + std::string(R"({"publish":{"channel":"chat:p","data":3}})");
  }
  const std::string answer = world.api("batch", R"({"parallel":true,"commands":[)" + many + "]}");
  EXPECT_FALSE(answer.contains("error")) << answer;
  std::size_t count = 0;
  for (auto at = answer.find(R"("publish")"); at != std::string::npos;
       at = answer.find(R"("publish")", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 150U);
  EXPECT_TRUE(world.api("history", R"({"channel":"chat:p"})").contains(R"("offset":150)"));
  EXPECT_EQ(world.server.statistics_of("hub::api_call").alive(), 0U)
      << "they end when they are done";
}

}  // namespace
}  // namespace troupe::gateway
