#include "adapters/curl/curl_client.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <troupe/system.hpp>
#include <troupe/task.hpp>

#include "adapters/curl/scripted_server.hpp"

namespace troupe::adapters {
namespace {

using namespace std::chrono_literals;
using ports::http_errc;
using ports::http_request;
using ports::http_result;

struct fetch {
  using reply = http_result;
  http_request request;
};

class caller final : public actor {
 public:
  explicit caller(ports::http_client& http) : http_(http) {}
  task<http_result> on(fetch m) { co_return co_await http_.send(std::move(m.request)); }

 private:
  ports::http_client& http_;
};

class curl : public testing::Test {
 protected:
  ~curl() override { client.close(); }

  http_result send(http_request request) {
    if (request.timeout == 0ms) request.timeout = 10s;
    const auto caller_of_its_own = system.spawn<caller>(std::ref<ports::http_client>(client));
    auto answer = system.ask(caller_of_its_own, fetch{std::move(request)}, 20s);
    if (answer) return *std::move(answer);
    return std::unexpected(*answer.error().answer());
  }
  std::string outcome(http_request request) {
    const http_result result = send(std::move(request));
    if (result) return std::to_string(result->status) + ' ' + result->body;
    return "error " + std::to_string(static_cast<int>(result.error().code));
  }
  static std::string error(http_errc code) {
    return "error " + std::to_string(static_cast<int>(code));
  }

  curl_client client{{.at_once_max = 2, .waiting_max = 3}};
  troupe::system system{{.workers = 2}};
};

class temporary_file {
 public:
  explicit temporary_file(const std::string& content)
      : path_(testing::TempDir() + "troupe-certificates-" + std::to_string(::getpid())) {
    std::ofstream(path_) << content;
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string answer_hello(const std::string&) {
  return scripted_server::ok("hello");
}

TEST_F(curl, gets_a_body_with_its_status) {
  scripted_server server(answer_hello);
  EXPECT_EQ(outcome({.url = server.url("/keys?a=b")}), "200 hello");
  EXPECT_TRUE(server.requests().at(0).starts_with("GET /keys?a=b HTTP/1.1\r\n"));
}

TEST_F(curl, posts_a_body_with_its_headers) {
  scripted_server server(answer_hello);
  const std::string body = R"({"n":1})" + std::string(5000, ' ') + std::string(1, '\0');
  EXPECT_EQ(outcome({.method = http_request::method_type::post,
                     .url = server.url("/event"),
                     .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                     .body = body}),
            "200 hello");
  const std::string request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /event HTTP/1.1\r\n"));
  EXPECT_TRUE(request.contains("\r\nContent-Type: application/json\r\n"));
  EXPECT_TRUE(request.contains("\r\nX-Empty:"));
  EXPECT_FALSE(request.contains("Expect:"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + body));
}

TEST_F(curl, a_status_that_is_no_success_is_an_answer_all_the_same) {
  scripted_server server([](const std::string&) {
    return std::string("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate");
  });
  EXPECT_EQ(outcome({.url = server.url()}), "503 late");
}

TEST_F(curl, a_redirect_is_not_followed) {
  scripted_server elsewhere(answer_hello);
  scripted_server server([&](const std::string&) {
    return "HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
           "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  });
  EXPECT_EQ(outcome({.url = server.url()}), "302 ");
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST_F(curl, an_answer_over_its_bound_is_refused_with_or_without_its_length) {
  const std::string big(1001, 'x');
  scripted_server honest([&](const std::string&) { return scripted_server::ok(big); });
  scripted_server silent(
      [&](const std::string&) { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + big; });
  scripted_server headers([&](const std::string&) {
    return scripted_server::ok("", "X-Much: " + std::string(70'000, 'x') + "\r\n");
  });
  for (const scripted_server* server : {&honest, &silent, &headers}) {
    EXPECT_EQ(outcome({.url = server->url(), .response_bytes_max = 1000}),
              error(http_errc::too_large));
  }
  EXPECT_EQ(outcome({.url = honest.url(), .response_bytes_max = 1001}), "200 " + big);
}

TEST_F(curl, a_server_that_says_nothing_is_given_up_after_the_timeout) {
  std::binary_semaphore gate(0);
  scripted_server server([&](const std::string&) {
    gate.acquire();
    return std::string();
  });
  EXPECT_EQ(outcome({.url = server.url(), .timeout = 100ms}), error(http_errc::timeout));
  gate.release();
}

TEST_F(curl, an_answer_cut_short_and_a_closed_port_are_unreachable) {
  std::string gone;
  {
    scripted_server server([](const std::string&) {
      return std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    EXPECT_EQ(outcome({.url = server.url()}), error(http_errc::unreachable));
    gone = server.url();
  }
  EXPECT_EQ(outcome({.url = gone}), error(http_errc::unreachable));
}

TEST_F(curl, addresses_of_other_kinds_and_headers_of_two_lines_are_not_sent) {
  scripted_server server(answer_hello);
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "x",
                          "http://", "http://127.0.0.1\r\nX: y/"}) {
    EXPECT_EQ(outcome({.url = url}), error(http_errc::bad_request)) << url;
  }
  EXPECT_EQ(outcome({.url = server.url(), .headers = {{"X", "a\r\nY: b"}}}),
            error(http_errc::bad_request));
  EXPECT_EQ(outcome({.url = server.url(), .headers = {{"", "a"}}}), error(http_errc::bad_request));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(curl, a_certificate_must_be_trusted_and_be_for_the_host) {
  const tls_identity identity("IP:127.0.0.1");
  const tls_identity of_another_host("DNS:example.com");
  scripted_server server(answer_hello, &identity);
  scripted_server impostor(answer_hello, &of_another_host);
  EXPECT_EQ(outcome({.url = server.url()}), error(http_errc::untrusted)) << "signed by nobody";
  EXPECT_TRUE(server.requests().empty());

  const auto ask_trusting = [&](const tls_identity& whom, const std::string& url) {
    const temporary_file certificates(whom.certificate_pem());
    curl_client trusting({.ca_file = certificates.path()});
    const auto asker = system.spawn<caller>(std::ref<ports::http_client>(trusting));
    const auto answer = system.ask(asker, fetch{{.url = url, .timeout = 10s}}, 20s);
    trusting.close();
    return answer ? answer->body : std::string(describe(answer.error().answer()->code));
  };
  EXPECT_EQ(ask_trusting(identity, server.url()), "hello");
  EXPECT_EQ(ask_trusting(of_another_host, impostor.url()), "its certificate is not trusted");
}

TEST_F(curl, requests_beyond_the_bounds_wait_and_then_are_refused) {
  std::counting_semaphore<> gate(0);
  std::atomic<int> at_once = 0;
  std::atomic<int> at_once_max = 0;
  std::counting_semaphore<> came(0);
  scripted_server server([&](const std::string&) {
    const int mine = ++at_once;
    for (int seen = at_once_max; mine > seen && !at_once_max.compare_exchange_weak(seen, mine);) {
    }
    came.release();
    gate.acquire();
    --at_once;
    return scripted_server::ok("hello");
  });
  std::vector<std::thread> askers;
  std::atomic<int> good = 0;
  std::atomic<int> timed_out = 0;
  const auto ask = [&](std::chrono::milliseconds timeout) {
    askers.emplace_back([&, timeout] {
      const std::string result = outcome({.url = server.url(), .timeout = timeout});
      if (result == "200 hello") ++good;
      if (result == error(http_errc::timeout)) ++timed_out;
    });
  };
  ask(20s);
  ask(20s);
  came.acquire();
  came.acquire();
  // Two are under way: the third waits for a place, and its time runs meanwhile.
  EXPECT_EQ(outcome({.url = server.url(), .timeout = 50ms}), error(http_errc::timeout));
  EXPECT_EQ(server.requests().size(), 2U);
  gate.release(2);
  for (std::thread& each : askers) each.join();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(at_once_max, 2);
}

TEST_F(curl, a_full_queue_refuses_at_once) {
  std::counting_semaphore<> gate(0);
  std::counting_semaphore<> came(0);
  scripted_server server([&](const std::string&) {
    came.release();
    gate.acquire();
    return scripted_server::ok("hello");
  });
  std::vector<std::thread> askers;
  std::atomic<int> good = 0;
  std::atomic<int> overloaded = 0;
  const auto ask = [&] {
    askers.emplace_back([&] {
      const std::string result = outcome({.url = server.url(), .timeout = 20s});
      if (result == "200 hello") ++good;
      if (result == error(http_errc::overloaded)) {
        ++overloaded;
        gate.release(5);
      }
    });
  };
  ask();
  ask();
  came.acquire();
  came.acquire();
  for (int i = 0; i < 4; ++i) ask();  // three wait; the one that is left over opens the gate
  for (std::thread& each : askers) each.join();
  EXPECT_EQ(good, 5);
  EXPECT_EQ(overloaded, 1);
}

TEST_F(curl, closing_ends_what_is_under_way_and_refuses_the_rest) {
  std::binary_semaphore gate(0);
  std::binary_semaphore came(0);
  scripted_server server([&](const std::string&) {
    came.release();
    gate.acquire();
    return std::string();
  });
  std::thread asker(
      [&] { EXPECT_EQ(outcome({.url = server.url()}), error(http_errc::cancelled)); });
  came.acquire();
  client.close();
  asker.join();
  gate.release();
  EXPECT_EQ(outcome({.url = server.url()}), error(http_errc::cancelled));
  client.close();
}

TEST_F(curl, an_actor_that_is_stopped_while_it_waits_hears_nothing_more) {
  std::binary_semaphore gate(0);
  std::binary_semaphore came(0);
  scripted_server server([&](const std::string&) {
    came.release();
    gate.acquire();
    return scripted_server::ok("late");
  });
  const auto one = system.spawn<caller>(std::ref<ports::http_client>(client));
  one.tell(fetch{{.url = server.url(), .timeout = 20s}});
  came.acquire();
  one.stop();
  EXPECT_TRUE(system.wait_stopped(one, 10s));
  gate.release();
}

}  // namespace
}  // namespace troupe::adapters
