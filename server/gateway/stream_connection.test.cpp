// HTTP streams and server-sent events on the simulated server, with the requests by which their
// clients speak.
#include "gateway/stream_connection.hpp"

#include <gtest/gtest.h>

#include "protocol/client/protobuf_fields.hpp"
#include "tests/sim/simulated_server.hpp"

namespace troupe::gateway {
namespace {

using namespace std::chrono_literals;
using sim::simulated_server;

constexpr std::string_view connect = R"({"id":1,"connect":{}})";

core::configuration streaming(void (*change)(core::configuration&) = nullptr) {
  core::configuration all = sim::open_configuration();
  all.http_stream.enabled = true;
  all.sse.enabled = true;
  if (change) change(all);
  return all;
}

std::string post(std::string_view path, std::string_view body, std::string_view headers = "",
                 std::string_view version = "1.1") {
  return "POST " + std::string(path) + " HTTP/" + std::string(version) +
         "\r\nHost: sim\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

class streams : public testing::Test {
 protected:
  streams() : streams({.configuration = streaming()}) {}
  explicit streams(simulated_server::options with) : server(1, std::move(with)) {}

  simulated_server::client open_stream(std::string_view commands = connect,
                                       std::string_view headers = "") {
    const auto made = server.connect(post("/connection/http_stream", commands, headers));
    server.world().run_for(1s);
    return made;
  }
  /// What the JSON says of the session, or "".
  static std::string session_of(const sim::transcript& heard) {
    const auto at = heard.http.find(R"("session":")");
    return at == std::string::npos ? "" : heard.http.substr(at + 11, 32);
  }
  static std::string envelope(std::string_view session, std::string_view data,
                              std::string_view node = "sim") {
    return R"({"session":")" + std::string(session) + R"(","node":")" + std::string(node) +
           R"(","data":")" + std::string(data) + "\"}";
  }
  /// The status of the answer to commands, which are already escaped for a JSON text.
  std::string say(std::string_view session, std::string_view data, std::string_view node = "sim") {
    return status_of(post("/emulation", envelope(session, data, node)));
  }
  std::string status_of(const std::string& request) {
    const auto caller = server.connect(request);
    server.world().run_for(1s);
    return caller.heard->http.substr(0, caller.heard->http.find("\r\n"));
  }

  simulated_server server;
};

TEST_F(streams, an_http_stream_answers_in_lines) {
  const auto ada = open_stream();
  const std::string& heard = ada.heard->http;
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200 OK\r\n")) << heard;
  EXPECT_TRUE(heard.contains("\r\n{\"id\":1,\"connect\":{\"client\":\"")) << heard;
  EXPECT_TRUE(heard.contains(R"(,"node":"sim")")) << heard;
  EXPECT_TRUE(heard.ends_with("}}\n\r\n")) << heard;
  EXPECT_EQ(session_of(*ada.heard).size(), 32U);
}

TEST_F(streams, what_the_client_says_comes_by_requests_of_its_own) {
  const auto ada = open_stream();
  const std::string session = session_of(*ada.heard);
  EXPECT_EQ(say(session, R"({\"id\":2,\"subscribe\":{\"channel\":\"chat:room\"}})"),
            "HTTP/1.1 204 No Content");
  EXPECT_TRUE(ada.heard->http.contains(R"({"id":2,"subscribe":{)"));
  EXPECT_EQ(say(session, R"({\"id\":3,\"publish\":{\"channel\":\"chat:room\",\"data\":7}}\n)"
                         R"({\"id\":4,\"ping\":{}})"),
            "HTTP/1.1 204 No Content");
  EXPECT_TRUE(ada.heard->http.contains(R"("pub":{"data":7,)")) << ada.heard->http;
  EXPECT_TRUE(ada.heard->http.contains(R"({"id":3,"publish":{}})"));
  EXPECT_TRUE(ada.heard->http.contains(R"({"id":4,"error":{"code":108,)"));
}

TEST_F(streams, all_transports_hear_the_same_publications) {
  const auto lines =
      open_stream(std::string(connect) + "\n" + R"({"id":2,"subscribe":{"channel":"chat:room"}})");
  const auto events = server.connect(
      "GET /connection/sse?cf_connect=%7B%22id%22%3A1%2C%22connect%22%3A%7B%7D%7D%0A%7B%22id%22%3A"
      "2%2C%22subscribe%22%3A%7B%22channel%22%3A%22chat%3Aroom%22%7D%7D HTTP/1.1\r\n"
      "Host: sim\r\n\r\n");
  const auto socket = server.connect_to_hub("chat:room");
  server.world().run_for(1s);
  socket.command(R"({"id":3,"publish":{"channel":"chat:room","data":{"n":1}}})");
  server.world().run_for(1s);
  constexpr std::string_view push = R"({"push":{"channel":"chat:room","pub":{"data":{"n":1},)";
  EXPECT_TRUE(lines.heard->http.contains("\r\n" + std::string(push))) << lines.heard->http;
  EXPECT_TRUE(events.heard->http.contains("data: " + std::string(push))) << events.heard->http;
  EXPECT_TRUE(events.heard->http.contains("data: {\"id\":1,\"connect\":{")) << events.heard->http;
  EXPECT_TRUE(socket.heard->heard(push));
  for (const core::transport each : core::transports) {
    EXPECT_EQ(server.counters.connections_accepted.of(each).value(), 1U) << core::name_of(each);
    EXPECT_GT(server.counters.messages_received.of(each).value(), 0U) << core::name_of(each);
    EXPECT_GT(server.counters.messages_sent.of(each).value(), 2U) << core::name_of(each);
  }
}

TEST_F(streams, an_http_stream_may_speak_protobuf) {
  using namespace protocol::protobuf_fields;
  const auto ada = open_stream(delimited({number(1, 1), bytes(4, "")}),
                               "Content-Type: application/octet-stream\r\n");
  const std::string& heard = ada.heard->http;
  EXPECT_TRUE(heard.contains("\r\nContent-Type: application/octet-stream\r\n")) << heard;
  const auto at = heard.find(bytes(10, "sim"));
  ASSERT_NE(at, std::string::npos) << "the node";
  const std::string session = heard.substr(at - 32, 32);
  const std::string commands =
      delimited({number(1, 2), bytes(5, bytes(1, "chat:room"))}) +
      delimited({number(1, 3), bytes(7, joined({bytes(1, "chat:room"), bytes(2, "\xFF")}))});
  const std::string body = joined({bytes(1, "sim"), bytes(2, session), bytes(3, commands)});
  EXPECT_EQ(status_of(post("/emulation", body, "Content-Type: application/octet-stream\r\n")),
            "HTTP/1.1 204 No Content");
  EXPECT_TRUE(heard.contains(bytes(4, "\xFF"))) << "its own publication";
}

TEST_F(streams, an_old_session_is_204_and_another_node_404) {
  const auto ada = open_stream();
  const std::string session = session_of(*ada.heard);
  EXPECT_EQ(say(session, "{}", "elsewhere"), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(say("0123456789abcdef0123456789abcdef", "{}"), "HTTP/1.1 204 No Content");
  ada.who.tell(sim::hang_up{});
  server.world().run_for(1s);
  EXPECT_EQ(server.clients.taken(), 0U) << "its place is free again";
  EXPECT_EQ(say(session, "{}"), "HTTP/1.1 204 No Content");
}

TEST_F(streams, requests_that_say_nothing_are_refused) {
  EXPECT_EQ(status_of(post("/emulation", "{")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(say("s", ""), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(say("s", std::string(65'537, ' ')), "HTTP/1.1 413 Content Too Large");
  EXPECT_EQ(status_of("GET /emulation HTTP/1.1\r\nHost: sim\r\n\r\n"),
            "HTTP/1.1 405 Method Not Allowed");
}

TEST_F(streams, a_disconnect_is_a_push_and_the_end_of_the_stream) {
  const auto ada = open_stream();
  say(session_of(*ada.heard), R"({\"id\":2,\"connect\":{}})");
  EXPECT_TRUE(ada.heard->http.ends_with(
      "{\"push\":{\"disconnect\":{\"code\":3501,\"reason\":\"bad request\"}}}\n\r\n0\r\n\r\n"))
      << ada.heard->http;
  EXPECT_TRUE(ada.heard->ended);
}

TEST_F(streams, a_disconnect_tells_whether_to_come_back) {
  const auto ada = open_stream();
  server.root.tell(drain{10s});
  server.world().run_for(10s);
  EXPECT_TRUE(ada.heard->http.contains(
      R"({"push":{"disconnect":{"code":3001,"reason":"shutdown","reconnect":true}}})"))
      << ada.heard->http;
  EXPECT_TRUE(ada.heard->ended);
}

TEST_F(streams, pings_want_their_pongs) {
  const auto good = open_stream();
  const auto silent = open_stream();
  const auto pinged = [&] { return good.heard->http.ends_with("3\r\n{}\n\r\n"); };
  for (int i = 0; i < 25 && !pinged(); ++i) server.world().run_for(1s);
  ASSERT_TRUE(pinged());
  say(session_of(*good.heard), "{}");
  server.world().run_for(9s);
  EXPECT_FALSE(good.heard->ended);
  server.world().run_for(25s);
  EXPECT_TRUE(silent.heard->http.contains(R"("disconnect":{"code":3012,)")) << silent.heard->http;
}

TEST_F(streams, a_first_command_that_is_no_good_connect_ends_the_stream) {
  const auto ada = open_stream("{}");
  EXPECT_TRUE(ada.heard->http.contains(R"("code":3501)")) << "a pong that nobody asked for";
  const auto token = open_stream(R"({"id":1,"connect":{"token":"x"}})");
  EXPECT_TRUE(token.heard->http.contains(R"("disconnect":{"code":3500,)"));
}

TEST_F(streams, a_client_for_whom_too_much_waits_is_told_so_in_a_whole_chunk) {
  const auto slow =
      open_stream(std::string(connect) + "\n" + R"({"id":2,"subscribe":{"channel":"chat:room"}})");
  const auto quick = server.connect_to_hub();
  server.world().run_for(1s);
  slow.who.tell(sim::stop_listening{});
  const std::string big(50'000, 'x');
  // 64 KiB wait in the stream, 1 MiB in the queue.
  for (int n = 0; n < 30; ++n) {
    quick.command(R"({"id":9,"publish":{"channel":"chat:room","data":")" + big + "\"}}");
    server.world().run_for(10ms);
  }
  slow.who.tell(sim::listen_again{});
  server.world().run_for(2s);
  EXPECT_TRUE(slow.heard->http.ends_with(
      "{\"push\":{\"disconnect\":{\"code\":3008,\"reason\":\"slow\",\"reconnect\":true}}}\n\r\n"
      "0\r\n\r\n"))
      << slow.heard->http.substr(slow.heard->http.size() - 200);
}

TEST_F(streams, an_http_1_0_client_gets_the_messages_alone) {
  const auto old = server.connect(post("/connection/http_stream", connect, "", "1.0"));
  server.world().run_for(1s);
  const std::string& heard = old.heard->http;
  EXPECT_TRUE(heard.contains("\r\n\r\n{\"id\":1,\"connect\":{")) << heard;
  EXPECT_TRUE(heard.ends_with("}}\n")) << heard;
  server.root.tell(drain{10s});
  server.world().run_for(10s);
  EXPECT_TRUE(heard.ends_with("\"reconnect\":true}}}\n")) << heard;
}

/// A history whose appends wait until the test lets them go on.
class held_history final : public ports::history {
 public:
  explicit held_history(ports::history& real) : real_(real) {}

  void let_go() {
    holds_ = false;
    for (completion<bool>& each : held_) each.set(true);
    held_.clear();
  }

  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override {
    if (holds_) {
      co_await completed<bool>([this](completion<bool> done) { held_.push_back(std::move(done)); });
    }
    co_return co_await real_.append(std::move(channel), std::move(publication), limits,
                                    std::move(conditions), now);
  }
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override {
    return real_.read(std::move(channel), filter, limits, now);
  }
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override {
    return real_.remove(std::move(channel), now);
  }
  void sweep(time_point now) override { real_.sweep(now); }

 private:
  ports::history& real_;
  std::vector<completion<bool>> held_;
  bool holds_ = true;
};

struct holder {
  held_history* history = nullptr;
};
class streams_on_a_held_history : protected holder, public streams {
 protected:
  streams_on_a_held_history()
      : streams({.configuration = streaming(), .history = [this](ports::history& real) {
                   auto made = std::make_unique<held_history>(real);
                   history = made.get();
                   return made;
                 }}) {}
};

TEST_F(streams_on_a_held_history, commands_that_wait_are_bounded) {
  const auto ada = open_stream();
  const std::string session = session_of(*ada.heard);
  const std::string publish = R"({\"id\":9,\"publish\":{\"channel\":\"chat:room\",\"data\":1}})";
  EXPECT_EQ(say(session, publish), "HTTP/1.1 204 No Content");  // it waits for its answer
  constexpr std::size_t more = 6;
  std::string requests;
  for (std::size_t i = 0; i < stream_connection::frames_waiting_max + more; ++i) {
    requests += post("/emulation", envelope(session, publish));
  }
  const auto caller = server.connect(requests);
  server.world().run_for(1s);
  const auto times = [](const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(times(caller.heard->http, "HTTP/1.1 204 "), stream_connection::frames_waiting_max);
  EXPECT_EQ(times(caller.heard->http, "HTTP/1.1 429 "), more);
  history->let_go();
  server.world().run_for(1s);
  EXPECT_FALSE(ada.heard->ended);
  EXPECT_EQ(times(ada.heard->http, R"({"id":9,"publish":{}})"),
            stream_connection::frames_waiting_max + 1);
}

TEST_F(streams, a_page_of_another_origin_needs_leave) {
  const std::string foreign = "Origin: https://evil.example.com\r\n";
  EXPECT_EQ(status_of(post("/connection/http_stream", connect, foreign)), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(status_of(post("/emulation", envelope("s", "{}"), foreign)), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(server.clients.taken(), 0U);
}

class streams_for_an_origin : public streams {
 protected:
  streams_for_an_origin()
      : streams({.configuration = streaming([](core::configuration& all) {
                   all.client.allowed_origins = {"https://app.example.org"};
                 })}) {}
  const std::string origin = "Origin: https://app.example.org\r\n";
  const std::string may_read = "\r\nAccess-Control-Allow-Origin: https://app.example.org\r\n";
};

TEST_F(streams_for_an_origin, a_page_of_an_allowed_origin_may_read_what_it_asked_for) {
  const auto ada = open_stream(connect, origin);
  EXPECT_TRUE(ada.heard->http.contains(may_read)) << ada.heard->http;
  const auto says =
      server.connect(post("/emulation", envelope(session_of(*ada.heard), "{}"), origin));
  const auto asks = server.connect("OPTIONS /emulation HTTP/1.1\r\nHost: sim\r\n" + origin +
                                   "Access-Control-Request-Method: POST\r\n"
                                   "Access-Control-Request-Headers: content-type\r\n\r\n");
  const auto refused = server.connect(post("/connection/sse", "", origin));
  server.world().run_for(1s);
  EXPECT_TRUE(says.heard->http.starts_with("HTTP/1.1 204 ")) << says.heard->http;
  EXPECT_TRUE(says.heard->http.contains(may_read));
  EXPECT_TRUE(asks.heard->http.starts_with("HTTP/1.1 204 ")) << asks.heard->http;
  EXPECT_TRUE(asks.heard->http.contains(may_read));
  EXPECT_TRUE(asks.heard->http.contains("\r\nAccess-Control-Allow-Headers: content-type\r\n"));
  EXPECT_TRUE(refused.heard->http.starts_with("HTTP/1.1 400 ")) << refused.heard->http;
  EXPECT_TRUE(refused.heard->http.contains(may_read));
}

TEST(streams_switched_off, are_not_there) {
  simulated_server server(1);
  const auto lines = server.connect(post("/connection/http_stream", connect));
  const auto events = server.connect(post("/connection/sse", connect));
  const auto says = server.connect(post("/emulation", "{}"));
  server.world().run_for(1s);
  for (const auto& each : {lines, events, says}) {
    EXPECT_TRUE(each.heard->http.starts_with("HTTP/1.1 404 ")) << each.heard->http;
  }
}

}  // namespace
}  // namespace troupe::gateway
