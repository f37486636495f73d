// The connections of users, as the server API addresses them: disconnect, unsubscribe, refresh, and
// the limits of one user. On the simulator, through WebSockets and HTTP.
#include <gtest/gtest.h>

#include "tests/sim/hub_world.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::hub_world;

constexpr std::string_view done = R"({"result":{}})";
constexpr std::string_view bad_request = R"({"error":{"code":107,"message":"bad request"}})";

class user_connections : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr std::string_view subscribe_to_chat =
      R"({"id":2,"subscribe":{"channel":"chat:a"}})";

  hub_world world{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(seeds, user_connections, testing::Range<std::uint64_t>(1, 11));

TEST_P(user_connections, all_of_a_user_are_disconnected_but_those_on_the_whitelist) {
  const auto laptop = world.connect("ada");
  const auto phone = world.connect("ada");
  const auto bob = world.connect("bob");
  EXPECT_EQ(world.api("disconnect",
                      R"({"user":"ada","whitelist":[")" + hub_world::id_of(phone) + R"("]})"),
            done);
  EXPECT_EQ(laptop.heard->close_code, 3503);
  EXPECT_EQ(laptop.heard->close_reason, "force disconnect");
  EXPECT_FALSE(phone.heard->close_code);
  EXPECT_FALSE(bob.heard->close_code);
}

TEST_P(user_connections, one_is_disconnected_with_the_code_and_reason_of_the_application) {
  const auto laptop = world.connect("ada");
  const auto phone = world.connect("ada");
  const std::string id = hub_world::id_of(laptop);
  const std::string why = R"(,"disconnect":{"code":4123,"reason":"moved elsewhere"}})";
  EXPECT_EQ(world.api("disconnect", R"({"user":"bob","client":")" + id + "\"" + why), done);
  EXPECT_FALSE(laptop.heard->close_code) << "it is not bob's";
  EXPECT_EQ(world.api("disconnect", R"({"user":"ada","client":")" + id + "\"" + why), done);
  EXPECT_EQ(laptop.heard->close_code, 4123);
  EXPECT_EQ(laptop.heard->close_reason, "moved elsewhere");
  EXPECT_FALSE(phone.heard->close_code);
}

TEST_P(user_connections, an_order_to_nobody_or_with_an_impossible_code_is_refused) {
  const auto ada = world.connect("ada");
  EXPECT_EQ(world.api("disconnect", "{}"), bad_request);
  EXPECT_EQ(world.api("unsubscribe", R"({"channel":"chat:a"})"), bad_request);
  EXPECT_EQ(world.api("subscribe", R"({"channel":"chat:a"})"), bad_request);
  EXPECT_EQ(world.api("refresh", "{}"), bad_request);
  for (const std::string_view code : {"0", "1000", "2999", "5000"}) {
    EXPECT_EQ(world.api("disconnect",
                        R"({"user":"ada","disconnect":{"code":)" + std::string(code) + "}}"),
              bad_request)
        << code;
  }
  EXPECT_EQ(world.api("disconnect", R"({"user":"ada","disconnect":{"code":4000,"reason":")" +
                                        std::string(124, 'x') + "\"}}"),
            bad_request);
  EXPECT_FALSE(ada.heard->close_code);
  EXPECT_EQ(world.api("disconnect", R"({"user":"nobody"})"), done) << "that there are none is fine";
}

TEST_P(user_connections, all_of_a_user_are_unsubscribed_and_hear_no_more) {
  const auto laptop = world.connect("ada");
  const auto phone = world.connect("ada");
  const auto bob = world.connect("bob");
  for (const auto& each : {laptop, phone, bob}) {
    each.command(subscribe_to_chat);
    each.command(R"({"id":3,"subscribe":{"channel":"plain:b"}})");
  }
  world.run();
  EXPECT_EQ(world.api("unsubscribe", R"({"user":"ada","channel":"chat:a"})"), done);
  const std::string told = R"({"push":{"channel":"chat:a","unsubscribe":{"code":2000,)"
                           R"("reason":"server unsubscribe"}}})";
  for (const auto& each : {laptop, phone}) EXPECT_EQ(each.heard->count(told), 1U);
  EXPECT_FALSE(bob.heard->heard(R"("unsubscribe")"));
  world.api("publish", R"({"channel":"chat:a","data":1})");
  world.api("publish", R"({"channel":"plain:b","data":2})");
  EXPECT_EQ(hub_world::numbers_heard(laptop), std::vector<std::uint64_t>{2});
  EXPECT_EQ(hub_world::numbers_heard(bob), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(world.api("presence_stats", R"({"channel":"chat:a"})"),
            R"({"result":{"num_clients":1,"num_users":1}})");

  EXPECT_EQ(world.api("unsubscribe", R"({"user":"bob"})"), done) << "from all of them";
  EXPECT_EQ(bob.heard->count(R"("unsubscribe":{"code":2000)"), 2U);
  EXPECT_EQ(world.api("channels", R"({"pattern":"chat:*"})"), R"({"result":{"channels":{}}})");
}

TEST_P(user_connections, an_unsubscribe_by_the_application_and_one_by_the_client_may_meet) {
  const auto ada = world.connect("ada");
  ada.command(subscribe_to_chat);
  world.run();
  // All at once: what is answered, in which order, the seed decides.
  ada.command(R"({"id":3,"unsubscribe":{"channel":"chat:a"}})");
  ada.command(R"({"id":4,"subscribe":{"channel":"chat:a"}})");
  world.api("unsubscribe", R"({"user":"ada","channel":"chat:a"})");
  ada.command(R"({"id":5,"presence_stats":{"channel":"chat:a"}})");
  world.run();
  EXPECT_FALSE(ada.heard->close_code);
  EXPECT_TRUE(ada.heard->heard(R"({"id":3,"unsubscribe":{}})"));
  EXPECT_TRUE(ada.heard->heard(R"({"id":4,"subscribe":{)"));
  const bool ended = ada.heard->heard(R"("unsubscribe":{"code":2000)");
  EXPECT_TRUE(ada.heard->heard(ended ? R"("num_clients":0)" : R"("num_clients":1)"));
}

TEST_P(user_connections, one_over_the_limit_of_its_user_is_disconnected_after_its_connect) {
  core::configuration rules = sim::configuration_with_tokens();
  rules.client.user_connection_limit = 2;
  rules.client.allow_anonymous_connect_without_token = true;
  hub_world limited(GetParam(), rules);
  const auto first = limited.connect("ada");
  const auto second = limited.connect("ada");
  const auto third = limited.connect("ada");
  const auto bob = limited.connect("bob");
  EXPECT_EQ(third.heard->close_code, 3504);
  EXPECT_TRUE(third.heard->texts.empty()) << "it has not been let in";
  for (const auto& each : {first, second, bob}) EXPECT_FALSE(each.heard->close_code);
  std::vector<hub_world::client> strangers;
  for (int i = 0; i < 3; ++i) strangers.push_back(limited.server.connect_to_hub());
  limited.run();
  for (const auto& each : strangers) EXPECT_TRUE(each.heard->heard(R"("connect":{"client")"));

  first.who.tell(sim::hang_up{});
  limited.run();
  EXPECT_FALSE(limited.connect("ada").heard->close_code) << "there is a place again";
}

TEST_P(user_connections, with_single_connection_the_newest_stays) {
  core::configuration rules = sim::configuration_with_tokens();
  rules.client.subscribe_to_user_personal_channel = {
      .enabled = true, .personal_channel_namespace = "chat", .single_connection = true};
  hub_world single(GetParam(), rules);
  const auto first = single.connect("ada");
  const auto bob = single.connect("bob");
  const auto second = single.connect("ada");
  EXPECT_EQ(first.heard->close_code, 3504);
  EXPECT_FALSE(second.heard->close_code);
  EXPECT_FALSE(bob.heard->close_code);
  single.api("publish", R"({"channel":"chat:#ada","data":1})");
  EXPECT_EQ(hub_world::numbers_heard(second), std::vector<std::uint64_t>{1});
}

TEST_P(user_connections, a_refresh_by_the_application_says_when_they_end) {
  const auto ada = world.connect("ada");
  const std::string soon = std::to_string(world.unix_now() + 60);
  EXPECT_EQ(world.api("refresh", R"({"user":"ada","expire_at":)" + soon + "}"), done);
  ASSERT_GE(ada.heard->texts.size(), 2U);
  EXPECT_TRUE(ada.heard->texts[1] == R"({"push":{"refresh":{"expires":true,"ttl":60}}})" ||
              ada.heard->texts[1] == R"({"push":{"refresh":{"expires":true,"ttl":59}}})")
      << ada.heard->texts[1];
  EXPECT_EQ(world.api("refresh", R"({"user":"ada","expire_at":0,"info":{"name":"Ada"}})"), done);
  EXPECT_EQ(ada.heard->texts.back(), R"({"push":{"refresh":{}}})");
  ada.command(subscribe_to_chat);
  world.run();
  EXPECT_TRUE(ada.heard->heard(R"("join":{"info":{"user":"ada","client":")")) << "and the new info";
  EXPECT_TRUE(ada.heard->heard(R"("conn_info":{"name":"Ada"})"));

  const auto bob = world.connect("bob");
  EXPECT_EQ(world.api("refresh", R"({"user":"bob","expired":true})"), done);
  EXPECT_EQ(bob.heard->close_code, 3005);
  EXPECT_EQ(world.api("refresh", R"({"user":"ada","expire_at":1})"), done);
  EXPECT_EQ(ada.heard->close_code, 3005) << "that is over";
}

TEST_P(user_connections, a_refresh_that_is_not_renewed_ends_them_after_its_grace) {
  core::configuration rules = sim::configuration_with_tokens();
  rules.client.ping_interval = 1h;
  hub_world quiet(GetParam(), rules);
  const auto ada = quiet.connect("ada");
  quiet.api("refresh",
            R"({"user":"ada","expire_at":)" + std::to_string(quiet.unix_now() + 10) + "}");
  quiet.run(33s);
  EXPECT_FALSE(ada.heard->close_code);
  quiet.run(3s);
  EXPECT_EQ(ada.heard->close_code, 3005);
}

}  // namespace
}  // namespace troupe::gateway
