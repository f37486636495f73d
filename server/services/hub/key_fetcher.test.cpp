#include "services/hub/key_fetcher.hpp"

#include <string>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "core/memory_log.hpp"
#include "services/hub/token_keys.hpp"
#include "tests/sim/scripted_http.hpp"

namespace troupe::hub {
namespace {

using namespace std::chrono_literals;

// An Ed25519 key (RFC 8037, appendix A.2) under any id.
std::string jwk(std::string_view id) {
  return R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":")" +
         std::string(id) + "\"}";
}
ports::http_result publishing(const std::string& keys) {
  return ports::http_response{.status = 200, .body = "{\"keys\":[" + keys + "]}"};
}

class key_fetcher_at_work : public testing::Test {
 protected:
  std::string search(std::string_view id) {
    const auto found =
        world.system().ask(fetcher, find_key{std::string(id)}, std::chrono::minutes(1));
    if (found) return "found";
    const auto* answer = found.error().answer();
    return answer && *answer == key_search_errc::unknown ? "unknown" : "later";
  }
  void publish(const std::string& set) {
    http.answer = [set](const ports::http_request&) { return publishing(set); };
  }
  void break_down() { http.answer = sim::scripted_http().answer; }

  core::memory_log log;
  sim::scripted_http http;
  token_keys keys{crypto::static_keys::make({}).value(), "https://id.example.com/keys"};
  sim::simulation world{1};
  ref<key_fetcher> fetcher = world.system().spawn<key_fetcher>(
      std::cref(*keys.endpoint()), std::ref<ports::http_client>(http), std::ref<core::log>(log));
};

TEST_F(key_fetcher_at_work, fetches_when_a_key_is_unknown_and_not_before) {
  publish(jwk("a"));
  world.run_for(1h);
  EXPECT_TRUE(http.requests.empty());
  EXPECT_EQ(search("a"), "found");
  EXPECT_EQ(search("a"), "found");
  ASSERT_EQ(http.requests.size(), 1U);
  EXPECT_EQ(http.requests[0].url, "https://id.example.com/keys");
  EXPECT_EQ(search("b"), "later") << "it has just looked";
  world.run_for(key_fetcher::refetch_interval);
  EXPECT_EQ(search("b"), "unknown");
  EXPECT_EQ(http.requests.size(), 2U);
}

TEST_F(key_fetcher_at_work, many_questions_at_once_are_one_request) {
  publish(jwk("a"));
  http.holds = true;
  for (int i = 0; i < 500; ++i) fetcher.tell(find_key{i % 2 == 0 ? "a" : std::to_string(i)});
  world.settle();
  EXPECT_EQ(http.requests.size(), 1U);
  http.release();
  world.settle();
  EXPECT_EQ(http.requests.size(), 1U);
  EXPECT_EQ(search("a"), "found");
}

TEST_F(key_fetcher_at_work, an_hour_of_unknown_keys_costs_a_request_in_thirty_seconds) {
  publish(jwk("a"));
  for (int second = 0; second < 3600; ++second) {
    search("x" + std::to_string(second));
    world.run_for(1s);
  }
  EXPECT_LE(http.requests.size(), 121U);
  EXPECT_GE(http.requests.size(), 100U);
}

TEST_F(key_fetcher_at_work, keys_stay_while_the_endpoint_is_down) {
  publish(jwk("a"));
  EXPECT_EQ(search("a"), "found");
  break_down();
  world.run_for(1h);
  EXPECT_GT(http.requests.size(), 1U);
  EXPECT_EQ(search("a"), "found");
  EXPECT_EQ(search("b"), "later");
}

TEST_F(key_fetcher_at_work, a_withdrawn_key_is_forgotten_and_a_new_one_is_known_within_minutes) {
  publish(jwk("a"));
  EXPECT_EQ(search("a"), "found");
  publish(jwk("b"));
  world.run_for(key_fetcher::refresh_period);
  EXPECT_FALSE(keys.endpoint()->keys.contains("a"));
  EXPECT_TRUE(keys.endpoint()->keys.contains("b"));
}

TEST_F(key_fetcher_at_work, an_endpoint_that_never_answered_is_tried_sooner) {
  EXPECT_EQ(search("a"), "later");
  publish(jwk("a"));
  EXPECT_EQ(search("a"), "later");
  EXPECT_EQ(http.requests.size(), 1U);
  world.run_for(key_fetcher::first_interval);
  EXPECT_EQ(search("a"), "found");
}

TEST_F(key_fetcher_at_work, answers_that_are_no_keys_change_nothing) {
  publish(jwk("a"));
  EXPECT_EQ(search("a"), "found");
  for (const ports::http_response& bad :
       {ports::http_response{.status = 500, .body = "{\"keys\":[" + jwk("b") + "]}"},
        ports::http_response{.status = 200, .body = "<html>"},
        ports::http_response{.status = 200, .body = R"({"keys":[]})"},
        ports::http_response{.status = 302, .body = ""}}) {
    http.answer = [&](const ports::http_request&) -> ports::http_result { return bad; };
    world.run_for(key_fetcher::refetch_interval);
    EXPECT_EQ(search("b"), "later");
    EXPECT_EQ(search("a"), "found");
  }
}

}  // namespace
}  // namespace troupe::hub
