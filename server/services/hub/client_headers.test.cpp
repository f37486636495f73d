#include "services/hub/client_headers.hpp"

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

core::configuration passing_on(std::vector<std::string> names) {
  core::configuration all;
  all.rpc.proxy.http_headers = std::move(names);
  return all;
}

TEST(client_headers, only_what_the_operator_lists_is_passed_on) {
  const auto configuration = passing_on({"Cookie", "X-Real-IP"});
  client_headers headers;
  headers.keep(configuration, "cookie", "a=b");
  headers.keep(configuration, "Authorization", "Bearer x");
  EXPECT_EQ(headers.passed_on(configuration.rpc.proxy), (http_headers{{"Cookie", "a=b"}}));
  EXPECT_TRUE(headers.passed_on(configuration.client.proxy.connect).empty())
      << "each proxy has a list of its own";
}

TEST(client_headers, the_request_wins_over_what_the_client_emulates) {
  auto configuration = passing_on({"Authorization"});
  configuration.rpc.proxy.emulated_headers = {"Authorization", "X-Lang"};
  client_headers headers;
  headers.emulate({{"authorization", "emulated"}, {"x-lang", "de"}, {"X-User-Id", "root"}});
  EXPECT_EQ(headers.passed_on(configuration.rpc.proxy),
            (http_headers{{"Authorization", "emulated"}, {"X-Lang", "de"}}));
  headers.keep(configuration, "Authorization", "real");
  EXPECT_EQ(headers.passed_on(configuration.rpc.proxy),
            (http_headers{{"Authorization", "real"}, {"X-Lang", "de"}}));
}

TEST(client_headers, a_header_of_the_request_is_not_emulated) {
  const auto configuration = passing_on({"X-User-Id"});
  client_headers headers;
  headers.emulate({{"X-User-Id", "root"}});
  EXPECT_TRUE(headers.passed_on(configuration.rpc.proxy).empty());
}

TEST(client_headers, nothing_bends_our_own_request) {
  auto configuration = passing_on({"Content-Length", "Host", "Transfer-Encoding", "X"});
  configuration.rpc.proxy.emulated_headers = {"X"};
  client_headers headers;
  for (const char* name : {"Content-Length", "Host", "Transfer-Encoding"}) {
    headers.keep(configuration, name, "0");
  }
  headers.emulate({{"X", "a\r\nY: b"}});
  EXPECT_TRUE(headers.passed_on(configuration.rpc.proxy).empty());
}

}  // namespace
}  // namespace troupe::hub
