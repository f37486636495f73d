// The application behind the server, on the simulator: what a question that is open, an outage and
// an end do to clients. What the events and answers look like is the conformance suite's.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/scripted_http.hpp"
#include "tests/sim/simulated_server.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::simulated_server;
using sim::text_frame;
using sim::upgrade_request;

constexpr std::int64_t first_day_s = 1'767'225'600;  // 2026-01-01, when simulations begin

core::configuration proxied() {
  core::configuration all = sim::open_configuration();
  all.client.ping_interval = 0ms;  // nobody here answers pings
  const auto at = [](core::proxy_options& proxy, std::string path) {
    proxy.enabled = true;
    proxy.endpoint = "http://app/" + std::move(path);
  };
  at(all.client.proxy.connect, "connect");
  at(all.client.proxy.refresh, "refresh");
  at(all.client.proxy.disconnect, "disconnect");
  at(all.channel.proxy.subscribe, "subscribe");
  at(all.channel.proxy.sub_refresh, "sub_refresh");
  at(all.channel.proxy.unsubscribe, "unsubscribe");
  core::channel_namespace room{.name = "room", .options = {}};
  room.options.subscribe_proxy_enabled = true;
  room.options.sub_refresh_proxy_enabled = true;
  room.options.unsubscribe_proxy_enabled = true;
  all.channel.namespaces.push_back(std::move(room));
  return all;
}

class application_behind_it : public testing::Test {
 protected:
  application_behind_it() {
    http.answer = [this](const ports::http_request& request) -> ports::http_result {
      const std::string path = request.url.substr(std::string("http://app/").size());
      if (std::ranges::find(down, path) != down.end()) {
        return std::unexpected(ports::http_failure{ports::http_errc::unreachable});
      }
      if (path == "connect") return ok(R"({"result":{"user":"ada")" + expiry(connect_for) + "}}");
      if (path == "refresh") return ok("{\"result\":{\"expired\":true}}");
      if (path == "subscribe") return ok("{\"result\":{\"x\":1" + expiry(subscribe_for) + "}}");
      if (path == "sub_refresh") return ok("{\"result\":{\"x\":1" + expiry(60s) + "}}");
      return ok("{}");
    };
  }

  static ports::http_result ok(std::string body) {
    return ports::http_response{.status = 200, .body = std::move(body)};
  }
  std::string expiry(std::chrono::seconds from_now) {
    if (from_now == 0s) return "";
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(server.world().now().time_since_epoch());
    return ",\"expire_at\":" + std::to_string(first_day_s + (now + from_now).count());
  }
  simulated_server::client connected(std::string_view more = "") {
    const auto client = server.connect(upgrade_request() + text_frame(R"({"id":1,"connect":{}})") +
                                       (more.empty() ? std::string() : text_frame(more)));
    server.world().settle();
    return client;
  }
  std::size_t asked(std::string_view path) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(http.requests, [&](const ports::http_request& each) {
          return each.url == "http://app/" + std::string(path);
        }));
  }
  std::uint64_t alive() { return server.statistics_of("gateway::websocket_connection").alive(); }

  sim::scripted_http http;
  std::vector<std::string> down;  // paths that are not reached
  std::chrono::seconds connect_for{0};
  std::chrono::seconds subscribe_for{0};
  simulated_server server{1, {.configuration = proxied(), .http = &http}};
};

TEST_F(application_behind_it, a_client_that_goes_while_it_is_asked_about_leaves_nothing_behind) {
  http.holds = true;
  const auto client = connected();
  EXPECT_EQ(asked("connect"), 1U);
  client.who.tell(sim::hang_up{});
  server.world().run_for(10s);
  EXPECT_EQ(alive(), 0U);
  http.release();
  server.world().run_for(1min);
  EXPECT_EQ(asked("disconnect"), 0U) << "it was never connected";
}

TEST_F(application_behind_it, an_outage_of_an_hour_ends_no_connection) {
  connect_for = 10s;
  down = {"refresh"};
  const auto client = connected();
  ASSERT_TRUE(client.heard->heard("\"connect\""));
  EXPECT_FALSE(client.heard->heard("expires")) << "the client is not bothered with it";
  server.world().run_for(1h);
  EXPECT_FALSE(client.heard->close_code.has_value());
  EXPECT_GT(asked("refresh"), 600U);
  EXPECT_LT(asked("refresh"), 800U);
  down.clear();
  server.world().run_for(10s);
  EXPECT_EQ(client.heard->close_code, 3005);
}

TEST_F(application_behind_it, a_subscription_goes_on_as_long_as_the_application_says) {
  subscribe_for = 5s;
  const auto client = connected(R"({"id":2,"subscribe":{"channel":"room:x"}})");
  ASSERT_TRUE(client.heard->heard(R"({"id":2,"subscribe":{)"));
  EXPECT_FALSE(client.heard->heard("expires"));
  server.world().run_for(20s);
  EXPECT_EQ(asked("sub_refresh"), 1U) << "and once a minute from then on";
  EXPECT_FALSE(client.heard->heard("unsubscribe"));
}

TEST_F(application_behind_it, each_end_of_a_subscription_is_told_once_whoever_ends_it) {
  const auto client = connected(R"({"id":2,"subscribe":{"channel":"room:x"}})");
  client.command(R"({"id":3,"subscribe":{"channel":"room:y"}})");
  client.command(R"({"id":4,"subscribe":{"channel":"chat:z"}})");
  server.world().settle();
  client.command(R"({"id":5,"unsubscribe":{"channel":"room:x"}})");
  server.world().run_for(10s);
  EXPECT_EQ(asked("unsubscribe"), 1U);
  client.who.tell(sim::hang_up{});
  server.world().run_for(10s);
  EXPECT_EQ(asked("unsubscribe"), 2U) << "room:y, and not chat:z";
  EXPECT_EQ(asked("disconnect"), 1U);
  EXPECT_TRUE(http.requests.back().url.ends_with("disconnect")) << "last of all";
}

TEST_F(application_behind_it, a_connection_that_fails_is_told_of_like_one_that_ends) {
  const auto client = connected();
  client.send("\xff\xff nonsense that no frame begins with");
  server.world().run_for(10s);
  EXPECT_EQ(alive(), 0U);
  EXPECT_EQ(asked("disconnect"), 1U);
}

TEST_F(application_behind_it, a_drain_waits_until_all_ends_are_told_and_no_longer_than_it_may) {
  for (int i = 0; i < 20; ++i) connected();
  down = {"disconnect"};
  server.root.tell(drain{10s});
  server.world().run_for(1s);
  EXPECT_FALSE(server.world().system().wait_stopped(server.root, 0s)) << "they are not told yet";
  down.clear();
  server.world().run_for(8s);  // by then the longest pause between two tries is over
  EXPECT_TRUE(server.world().system().wait_stopped(server.root, 1s));
  EXPECT_EQ(server.counters.events_reported.value(), 20U);
}

TEST_F(application_behind_it, a_drain_ends_in_time_though_nobody_can_be_told) {
  connected();
  down = {"disconnect"};
  server.root.tell(drain{2s});
  server.world().run_for(4s);
  EXPECT_TRUE(server.world().system().wait_stopped(server.root, 0s));
  EXPECT_EQ(server.counters.events_reported.value(), 0U);
}

}  // namespace
}  // namespace troupe::gateway
