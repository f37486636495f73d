// HTTP on the simulated server: order, keep-alive, time limits, what is where.
#include "gateway/http_connection.hpp"

#include <gtest/gtest.h>

#include "tests/sim/simulated_server.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::simulated_server;

std::string get(std::string_view path, std::string_view headers = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: sim\r\n" + std::string(headers) + "\r\n";
}

std::string call(std::string_view method, std::string_view body, std::string_view headers = "") {
  return "POST /api/" + std::string(method) +
         " HTTP/1.1\r\nHost: sim\r\nX-API-Key: the-api-key\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}

/// The status lines of the answers, in order.
std::vector<std::string> statuses(const sim::transcript& heard) {
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = heard.http.find("HTTP/1.1 ", at)) != std::string::npos; at += 9) {
    all.push_back(heard.http.substr(at + 9, 3));
  }
  return all;
}
using list = std::vector<std::string>;

TEST(http_connection, answers_pipelined_requests_in_their_order) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    simulated_server server(seed);
    const auto ada = server.connect(
        get("/health/live") + call("publish", R"({"channel":"chat:room","data":1})") +
        get("/nowhere") + call("frobnicate", "{}") + get("/health/ready") + call("publish", "[]"));
    server.world().run_for(1s);
    EXPECT_EQ(statuses(*ada.heard), (list{"200", "200", "404", "404", "200", "400"}))
        << "seed " << seed << '\n'
        << ada.heard->http;
    EXPECT_FALSE(ada.heard->ended) << "the connection is kept";
  }
}

TEST(http_connection, closes_after_a_request_that_asks_for_it) {
  simulated_server server(1);
  const auto ada = server.connect(get("/health/live", "Connection: close\r\n") + get("/nowhere"));
  server.world().run_for(100ms);
  EXPECT_EQ(statuses(*ada.heard), list{"200"});
  EXPECT_TRUE(ada.heard->http.contains("Connection: close"));
  EXPECT_TRUE(ada.heard->ended);
  EXPECT_EQ(server.sockets.taken(), 0U);
}

TEST(http_connection, a_request_that_does_not_come_to_its_end_is_408_after_ten_seconds) {
  simulated_server server(1);
  const auto ada = server.connect("GET / HTTP/1.1\r\nHost: si");
  for (int second = 0; second < 9; ++second) {
    server.world().run_for(1s);
    ada.send("m");  // a byte now and then changes nothing
  }
  EXPECT_EQ(ada.heard->http, "");
  server.world().run_for(1500ms);
  EXPECT_EQ(statuses(*ada.heard), list{"408"});
  EXPECT_TRUE(ada.heard->ended);
}

TEST(http_connection, a_body_that_does_not_come_is_408_after_thirty_seconds) {
  simulated_server server(1);
  const std::string whole = call("publish", R"({"channel":"chat:room","data":1})");
  const auto ada = server.connect(whole.substr(0, whole.size() - 1));
  server.world().run_for(29s);
  EXPECT_EQ(ada.heard->http, "");
  server.world().run_for(2s);
  EXPECT_EQ(statuses(*ada.heard), list{"408"});
}

TEST(http_connection, a_connection_that_says_nothing_is_closed) {
  simulated_server server(1);
  const auto silent = server.connect("");
  const auto idle = server.connect(get("/health/live"));
  server.world().run_for(9s);
  EXPECT_FALSE(silent.heard->ended);
  server.world().run_for(2s);
  EXPECT_TRUE(silent.heard->ended);
  server.world().run_for(40s);
  EXPECT_FALSE(idle.heard->ended);
  idle.send(get("/health/live"));
  server.world().run_for(59s);
  EXPECT_FALSE(idle.heard->ended);
  server.world().run_for(2s);
  EXPECT_TRUE(idle.heard->ended);
  EXPECT_EQ(server.sockets.taken(), 0U);
}

TEST(http_connection, a_client_that_does_not_read_is_not_read_from_and_then_closed) {
  simulated_server server(1);
  const auto rude = server.connect("");
  rude.who.tell(sim::stop_listening{});
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += get("/health/live");
  rude.send(many);
  server.world().run_for(5s);
  EXPECT_EQ(server.sockets.taken(), 1U);
  server.world().run_for(10s);
  EXPECT_EQ(server.sockets.taken(), 0U);
}

TEST(http_connection, what_is_not_http_is_400_and_the_end) {
  simulated_server server(1);
  const auto noise = server.connect("\x16\x03\x01\x02\x00\x01\x00\x01");
  const auto huge = server.connect("GET / HTTP/1.1\r\nHost: sim\r\nX: " + std::string(20'000, 'x'));
  const auto body = server.connect(
      "POST /api/publish HTTP/1.1\r\nHost: sim\r\n"
      "Content-Length: 2000000\r\n\r\n");
  server.world().run_for(2s);
  EXPECT_EQ(statuses(*noise.heard), list{"400"});
  EXPECT_EQ(statuses(*huge.heard), list{"431"});
  EXPECT_EQ(statuses(*body.heard), list{"413"});
  for (const auto& each : {noise, huge, body}) EXPECT_TRUE(each.heard->ended);
}

TEST(http_connection, says_to_continue_to_a_client_that_waits_for_it) {
  simulated_server server(1);
  const std::string whole =
      call("publish", R"({"channel":"chat:room","data":1})", "Expect: 100-continue\r\n");
  const std::size_t headers = whole.find("\r\n\r\n") + 4;
  const auto ada = server.connect(whole.substr(0, headers));
  server.world().run_for(100ms);
  EXPECT_EQ(statuses(*ada.heard), list{"100"});
  ada.send(whole.substr(headers));
  server.world().run_for(100ms);
  EXPECT_EQ(statuses(*ada.heard), (list{"100", "200"}));
}

TEST(http_connection, the_api_wants_its_key_and_says_so_once_in_the_log_when_there_is_none) {
  simulated_server::options with;
  with.configuration.http_api.key.clear();
  simulated_server server(1, std::move(with));
  const auto ada = server.connect(call("info", "{}") + call("info", "{}"));
  server.world().run_for(100ms);
  EXPECT_EQ(statuses(*ada.heard), (list{"401", "401"}));
  EXPECT_EQ(std::ranges::count_if(server.log.lines(),
                                  [](const auto& line) { return line.contains("http_api.key"); }),
            1);
}

TEST(http_connection, api_errors_become_statuses_where_that_is_asked) {
  simulated_server server(1);
  constexpr auto unknown = R"({"channel":"nowhere:x","data":1})";
  const auto ada =
      server.connect(call("publish", unknown) +
                     call("publish", unknown, "X-Centrifugo-Error-Mode: transport\r\n"));
  server.world().run_for(100ms);
  EXPECT_EQ(statuses(*ada.heard), (list{"200", "404"}));
}

TEST(http_connection, without_a_development_key_there_is_no_token_to_be_had) {
  simulated_server server(1);
  const auto ada = server.connect(
      "POST /dev/token HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Length: 14\r\n\r\n{\"user\":\"ada\"}");
  server.world().run_for(100ms);
  EXPECT_EQ(statuses(*ada.heard), list{"404"});
}

TEST(http_connection, what_is_for_operators_is_on_a_listener_of_its_own_beyond_loopback) {
  simulated_server::options with;
  with.configuration.http_server.address = "0.0.0.0";
  simulated_server server(1, std::move(with));
  const auto where = server.ask(server.parts.server, find_addresses{});
  EXPECT_EQ(where.address.port, 8000);
  ASSERT_TRUE(where.internal);
  EXPECT_EQ(where.internal->port, 9000);
  const std::string requests =
      get("/metrics") + get("/health") + get("/health/live") + get("/health/ready") + get("/");
  const auto outside = server.connect(requests, 8000);
  const auto inside = server.connect(requests, 9000);
  server.world().run_for(1s);
  EXPECT_EQ(statuses(*outside.heard), (list{"404", "404", "200", "200", "200"}));
  EXPECT_EQ(statuses(*inside.heard), (list{"200", "200", "200", "200", "404"}));
}

TEST(http_connection, an_address_in_use_is_told_to_whoever_starts_the_server) {
  simulated_server server(1);
  const auto second = server.world().system().spawn<server_actor>(
      spawn_options{.worker = 0}, std::cref(server.shared()), server.parts.connections);
  const auto answer = server.world().system().ask(second, find_addresses{}, 10s);
  ASSERT_FALSE(answer);
  ASSERT_TRUE(answer.error().answer());
  EXPECT_EQ(answer.error().answer()->why, io::errc::address_in_use);
  EXPECT_EQ(answer.error().answer()->address, (io::endpoint{"127.0.0.1", 8000}));
}

}  // namespace
}  // namespace troupe::gateway
