// The path of a message through the whole server, on the simulator.

#include <gtest/gtest.h>

#include "tests/sim/simulated_server.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::simulated_server;
using sim::text_frame;
using sim::upgrade_request;

constexpr auto connect_command = R"({"id":1,"connect":{}})";
constexpr auto publish_command = R"({"id":3,"publish":{"channel":"chat:room","data":{"n":1}}})";

core::configuration with(const std::function<void(core::configuration&)>& change) {
  core::configuration configuration = sim::open_configuration();
  change(configuration);
  return configuration;
}

/// Connects, subscribes and publishes, all in the bytes of the upgrade; gives the trace of the run.
std::uint64_t publish_to_oneself(std::uint64_t seed) {
  simulated_server server(seed);
  const auto ada = server.connect(upgrade_request() + text_frame(connect_command) +
                                  text_frame(R"({"id":2,"subscribe":{"channel":"chat:room"}})") +
                                  text_frame(publish_command));
  EXPECT_TRUE(server.world().run_until(
      [&] {
        return ada.heard->heard(R"("pub":{"data":{"n":1})") && ada.heard->heard(R"("id":3,)");
      },
      10s))
      << "seed " << seed << ": " << ada.heard->http;
  EXPECT_FALSE(ada.heard->malformed);
  EXPECT_EQ(ada.heard->count(R"("push":{"channel":"chat:room","pub":)"), 1U) << "seed " << seed;
  server.world().run_for(5s);
  return server.world().trace_hash();
}

TEST(gateway, a_client_hears_what_it_publishes_whatever_the_seed) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) publish_to_oneself(seed);
}

TEST(gateway, the_same_seed_gives_the_same_run_of_the_whole_server) {
  EXPECT_EQ(publish_to_oneself(7), publish_to_oneself(7));
  EXPECT_NE(publish_to_oneself(7), publish_to_oneself(8));
}

TEST(gateway, a_publication_reaches_clients_on_every_worker_in_one_order) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    simulated_server server(seed, {.workers = 3});
    std::vector<simulated_server::client> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(server.connect_to_hub("chat:room"));
    server.world().run_for(1s);
    for (int n = 0; n < 20; ++n) {
      for (std::size_t publisher : {0U, 1U}) {
        const std::string number = std::to_string(100 * publisher + static_cast<std::size_t>(n));
        clients[publisher].command(R"({"id":)" + std::to_string(10 + n) +
                                   R"(,"publish":{"channel":"chat:room","data":)" + number + "}}");
      }
    }
    server.world().run_for(5s);
    const auto publications = [](const sim::transcript& heard) {
      std::vector<std::string> all;
      for (const std::string& text : heard.texts) {
        if (text.contains(R"("pub":)")) all.push_back(text);
      }
      return all;
    };
    const auto first = publications(*clients[0].heard);
    EXPECT_EQ(first.size(), 40U) << "seed " << seed;
    for (const auto& each : clients) EXPECT_EQ(publications(*each.heard), first) << "seed " << seed;
  }
}

TEST(gateway, a_ping_frame_is_answered_and_a_close_frame_too) {
  simulated_server server(1);
  const auto ada = server.connect(upgrade_request() + sim::client_frame(0x9, "there?") +
                                  sim::client_frame(0x8, std::string("\x03\xE8", 2)));
  server.world().run_for(100ms);
  EXPECT_EQ(ada.heard->pongs, std::vector<std::string>{"there?"});
  EXPECT_EQ(ada.heard->close_code, 1000);
  EXPECT_TRUE(ada.heard->ended);
  EXPECT_EQ(server.clients.taken(), 0U) << "the place is free again";
  EXPECT_EQ(server.sockets.taken(), 0U);
}

TEST(gateway, a_binary_message_is_1003_and_a_broken_frame_1002) {
  simulated_server server(1);
  const auto binary = server.connect(upgrade_request() + sim::client_frame(0x2, "x"));
  const auto broken = server.connect(upgrade_request() + sim::client_frame(0x3, "x"));
  server.world().run_for(100ms);
  EXPECT_EQ(binary.heard->close_code, 1003);
  EXPECT_EQ(broken.heard->close_code, 1002);
}

TEST(gateway, a_client_that_does_not_end_after_the_close_frame_is_cut_off) {
  simulated_server server(1);
  auto stream = server.world().connect(8000);
  const auto ada = server.client_on(*std::move(stream), upgrade_request() + text_frame("nonsense"));
  ada.who.tell(sim::stop_listening{});
  server.world().run_for(500ms);
  EXPECT_EQ(server.statistics_of("gateway::websocket_connection").alive(), 1U);
  server.world().run_for(1s);
  EXPECT_EQ(server.statistics_of("gateway::websocket_connection").alive(), 0U);
}

TEST(gateway, over_the_connection_limit_is_503_until_another_one_ends) {
  simulated_server server(1,
                          {.configuration = with([](auto& c) { c.client.connection_limit = 1; })});
  const auto first = server.connect_to_hub();
  server.world().run_for(100ms);
  const auto second = server.connect(upgrade_request());
  server.world().run_for(100ms);
  EXPECT_TRUE(first.heard->is_websocket());
  EXPECT_TRUE(second.heard->http.starts_with("HTTP/1.1 503 ")) << second.heard->http;
  EXPECT_TRUE(second.heard->http.contains("Retry-After"));
  first.who.tell(sim::hang_up{});
  server.world().run_for(100ms);
  const auto third = server.connect(upgrade_request());
  server.world().run_for(100ms);
  EXPECT_TRUE(third.heard->is_websocket());
  EXPECT_EQ(server.counters.connections_accepted.of(core::transport::websocket).value(), 2U);
  EXPECT_EQ(server.counters.connections_refused.value(), 1U);
}

TEST(gateway, over_the_bound_on_sockets_a_connection_is_closed_at_once) {
  simulated_server server(1, {.sockets_max = 2});
  const auto first = server.connect("");
  const auto second = server.connect("");
  server.world().run_for(100ms);
  const auto third = server.connect(upgrade_request());
  server.world().run_for(100ms);
  EXPECT_FALSE(first.heard->ended);
  EXPECT_FALSE(second.heard->ended);
  EXPECT_TRUE(third.heard->ended);
  EXPECT_EQ(third.heard->http, "");
}

TEST(gateway, a_foreign_origin_is_403) {
  simulated_server server(1);
  const auto foreign = server.connect(upgrade_request("Origin: https://evil.example.com\r\n"));
  const auto own = server.connect(upgrade_request("Origin: http://sim\r\n"));
  server.world().run_for(100ms);
  EXPECT_TRUE(foreign.heard->http.starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(own.heard->is_websocket());
}

TEST(gateway, a_client_for_whom_too_much_waits_is_disconnected_as_slow) {
  simulated_server server(
      1, {.configuration = with([](auto& c) { c.client.queue_max_size = 100'000; })});
  const auto slow = server.connect_to_hub("chat:room");
  const auto quick = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  slow.who.tell(sim::stop_listening{});
  const std::string big(20'000, 'x');
  // 64 KiB wait in the stream, 100 KB in the queue.
  for (int n = 0; n < 20; ++n) {
    quick.command(R"({"id":9,"publish":{"channel":"chat:room","data":")" + big + "\"}}");
    server.world().run_for(10ms);
  }
  slow.who.tell(sim::listen_again{});
  server.world().run_for(1s);
  EXPECT_EQ(slow.heard->close_code, 3008);
  EXPECT_EQ(slow.heard->close_reason, "slow");
  EXPECT_FALSE(slow.heard->malformed) << "no frame is cut in its middle";
  EXPECT_TRUE(slow.heard->ended);
  EXPECT_EQ(quick.heard->count(big), 20U);
  EXPECT_EQ(server.counters.disconnects.value(3008), 1U);
}

TEST(gateway, a_write_that_gets_nowhere_for_a_second_is_a_write_error) {
  simulated_server server(1);
  const auto stuck = server.connect_to_hub("chat:room");
  const auto quick = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  stuck.who.tell(sim::stop_listening{});
  const std::string big(20'000, 'x');
  for (int n = 0; n < 5; ++n) {
    quick.command(R"({"id":9,"publish":{"channel":"chat:room","data":")" + big + "\"}}");
  }
  server.world().run_for(900ms);
  EXPECT_EQ(server.counters.disconnects.value(3009), 0U);
  server.world().run_for(300ms);
  EXPECT_EQ(server.counters.disconnects.value(3009), 1U);
  server.world().run_for(10s);
  EXPECT_EQ(server.statistics_of("gateway::websocket_connection").alive(), 1U);
}

TEST(gateway, a_client_that_reads_slowly_but_steadily_stays) {
  simulated_server server(1);
  const auto slow = server.connect_to_hub("chat:room");
  const auto quick = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  const std::string big(20'000, 'x');
  for (int round = 0; round < 10; ++round) {
    slow.who.tell(sim::stop_listening{});
    for (int n = 0; n < 5; ++n) {
      quick.command(R"({"id":9,"publish":{"channel":"chat:room","data":")" + big + "\"}}");
    }
    server.world().run_for(700ms);
    slow.who.tell(sim::listen_again{});
    server.world().run_for(100ms);
  }
  EXPECT_EQ(slow.heard->count(big), 50U);
  EXPECT_FALSE(slow.heard->close_code);
}

}  // namespace
}  // namespace troupe::gateway
