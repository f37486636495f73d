// How the server goes: everybody hears 3001, nothing that was acknowledged is lost.

#include <gtest/gtest.h>

#include "tests/sim/simulated_server.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::simulated_server;

bool has_stopped(simulated_server& server) {
  return server.statistics_of("gateway::system_supervisor").alive() == 0;
}

TEST(drain, every_client_is_told_and_the_server_stops) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulated_server server(seed);
    std::vector<simulated_server::client> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(server.connect_to_hub("chat:room"));
    const auto unconnected = server.connect(sim::upgrade_request());
    const auto idle = server.connect("GET /health/live HTTP/1.1\r\nHost: sim\r\n\r\n");
    server.world().run_for(1s);
    server.root.tell(drain{10s});
    EXPECT_TRUE(server.world().run_until([&] { return has_stopped(server); }, 2s)) << seed;
    for (const auto& each : clients) {
      EXPECT_EQ(each.heard->close_code, 3001) << "seed " << seed;
      EXPECT_EQ(each.heard->close_reason, "shutdown");
    }
    EXPECT_EQ(unconnected.heard->close_code, 3001);
    EXPECT_TRUE(idle.heard->ended);
    EXPECT_FALSE(server.connect("").heard) << "nobody listens any more";
    EXPECT_EQ(server.statistics_of("gateway::system_supervisor").failed, 0U);
  }
}

TEST(drain, under_load_every_acknowledged_publication_reaches_every_subscriber) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    simulated_server server(seed);
    std::vector<simulated_server::client> subscribers;
    std::vector<simulated_server::client> publishers;
    for (int i = 0; i < 3; ++i) subscribers.push_back(server.connect_to_hub("chat:room"));
    for (int i = 0; i < 5; ++i) publishers.push_back(server.connect_to_hub());
    server.world().run_for(1s);
    for (std::size_t p = 0; p < publishers.size(); ++p) {
      for (std::size_t n = 0; n < 100; ++n) {
        const std::string number = std::to_string(1000 * (p + 1) + n);
        publishers[p].command(R"({"id":)" + number +
                              R"(,"publish":{"channel":"chat:room","data":)" + number + "}}");
      }
    }
    const auto acknowledged = [&] {
      std::vector<std::string> all;
      for (const auto& each : publishers) {
        for (const std::string& text : each.heard->texts) {
          if (text.contains(R"("publish":{})")) all.push_back(text.substr(6, 4));
        }
      }
      return all;
    };
    ASSERT_TRUE(server.world().run_until([&] { return acknowledged().size() >= 50; }, 10s));
    server.root.tell(drain{10s});
    ASSERT_TRUE(server.world().run_until([&] { return has_stopped(server); }, 5s)) << seed;
    server.world().settle();
    for (const auto& each : subscribers) {
      for (const std::string& number : acknowledged()) {
        EXPECT_EQ(each.heard->count(R"("pub":{"data":)" + number), 1U)
            << "seed " << seed << ", publication " << number;
      }
      EXPECT_EQ(each.heard->close_code, 3001);
    }
    EXPECT_LT(acknowledged().size(), 500U) << "the load outlasted the drain";
  }
}

/// Takes a second for each publication.
class slow_history final : public ports::history {
 public:
  explicit slow_history(ports::history& inner) : inner_(inner) {}
  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override {
    struct sleeper : actor {
      using actor::sleep;
    };
    co_await sleeper::sleep(1s);
    co_return co_await inner_.append(std::move(channel), std::move(publication), limits,
                                     std::move(conditions), now);
  }
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override {
    return inner_.read(std::move(channel), filter, limits, now);
  }
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override {
    return inner_.remove(std::move(channel), now);
  }
  void sweep(time_point now) override { inner_.sweep(now); }

 private:
  ports::history& inner_;
};

constexpr auto public_port = 8000;
constexpr auto internal_port = 9000;

simulated_server::options slow_and_public() {
  simulated_server::options with;
  with.history = [](ports::history& inner) { return std::make_unique<slow_history>(inner); };
  with.configuration.http_server.address = "0.0.0.0";  // so that there is an internal listener
  return with;
}

TEST(drain, waits_for_the_answers_that_are_owed) {
  simulated_server server(1, slow_and_public());
  const auto ada = server.connect_to_hub("chat:room");
  const auto api = server.connect("", public_port);
  server.world().run_for(500ms);
  ada.command(R"({"id":9,"publish":{"channel":"chat:room","data":1}})");
  ada.command(R"({"id":10,"publish":{"channel":"chat:room","data":2}})");
  api.send(
      "POST /api/publish HTTP/1.1\r\nHost: sim\r\nX-API-Key: the-api-key\r\n"
      "Content-Length: 33\r\n\r\n{\"channel\":\"chat:other\",\"data\":1}");
  server.world().run_for(500ms);
  server.root.tell(drain{10s});
  EXPECT_TRUE(server.world().run_until([&] { return has_stopped(server); }, 5s));
  EXPECT_TRUE(ada.heard->heard(R"({"id":9,"publish":{}})"));
  EXPECT_TRUE(ada.heard->heard(R"("pub":{"data":1,)"));
  EXPECT_FALSE(ada.heard->heard(R"("id":10)")) << "not served any more, and so not answered";
  EXPECT_EQ(ada.heard->close_code, 3001);
  EXPECT_TRUE(api.heard->http.starts_with("HTTP/1.1 200 ")) << api.heard->http;
}

TEST(drain, new_clients_are_not_let_in_and_readiness_says_so) {
  simulated_server server(1, slow_and_public());
  const auto ada = server.connect_to_hub();
  const auto late = server.connect("GET /connection/webso", public_port);
  server.world().run_for(500ms);
  ada.command(R"({"id":9,"publish":{"channel":"chat:room","data":1}})");
  server.world().run_for(100ms);
  server.root.tell(drain{10s});
  server.world().run_for(100ms);
  EXPECT_FALSE(server.connect("", public_port).heard) << "nobody listens any more";
  const auto probe =
      server.connect("GET /health/ready HTTP/1.1\r\nHost: sim\r\n\r\n", internal_port);
  late.send(
      "cket HTTP/1.1\r\nHost: sim\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  server.world().run_for(100ms);
  EXPECT_TRUE(probe.heard->http.starts_with("HTTP/1.1 503 ")) << probe.heard->http;
  EXPECT_TRUE(probe.heard->http.contains("draining"));
  EXPECT_TRUE(late.heard->http.starts_with("HTTP/1.1 503 ")) << late.heard->http;
  EXPECT_TRUE(server.world().run_until([&] { return has_stopped(server); }, 5s));
}

TEST(drain, a_step_that_takes_too_long_is_left_behind) {
  simulated_server server(1, slow_and_public());
  const auto ada = server.connect_to_hub("chat:room");
  server.world().run_for(500ms);
  ada.command(R"({"id":9,"publish":{"channel":"chat:room","data":1}})");
  server.world().run_for(100ms);
  server.root.tell(drain{400ms});
  EXPECT_TRUE(server.world().run_until([&] { return ada.heard->close_code == 3001; }, 400ms));
  EXPECT_FALSE(ada.heard->heard(R"("id":9)"));
}

TEST(drain, a_client_that_does_not_read_does_not_hold_it_up) {
  simulated_server server(1);
  const auto stuck = server.connect_to_hub("chat:room");
  const auto other = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  stuck.who.tell(sim::stop_listening{});
  const std::string big(20'000, 'x');
  for (int n = 0; n < 5; ++n) {
    other.command(R"({"id":9,"publish":{"channel":"chat:room","data":")" + big + "\"}}");
  }
  server.world().run_for(200ms);
  server.root.tell(drain{10s});
  EXPECT_TRUE(server.world().run_until([&] { return has_stopped(server); }, 5s));
  EXPECT_EQ(other.heard->close_code, 3001);
}

TEST(drain, with_nobody_connected_it_ends_at_once) {
  simulated_server server(1);
  server.root.tell(drain{10s});
  server.root.tell(drain{10s});
  EXPECT_TRUE(server.world().run_until([&] { return has_stopped(server); }, 100ms));
}

}  // namespace
}  // namespace troupe::gateway
