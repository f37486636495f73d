#include "gateway/handler_prefixes.hpp"

#include <gtest/gtest.h>

#include "gateway/routes.hpp"

namespace troupe::gateway {
namespace {

using kind = route::kind;

kind leads_to(std::string_view path, const core::configuration& rules) {
  return find_route(usual_path(path, rules), exposure::everything).what;
}

TEST(handler_prefixes, without_options_paths_are_the_usual_ones) {
  const core::configuration rules;
  for (const std::string_view path : {"/connection/websocket", "/api/publish", "/health/live",
                                      "/metrics", "/emulation", "/", "/index.html", "/apiary"}) {
    EXPECT_EQ(usual_path(path, rules), path);
  }
}

TEST(handler_prefixes, a_path_that_was_moved_is_there_and_no_more_where_it_was) {
  core::configuration rules;
  rules.websocket.handler_prefix = "/realtime";
  rules.http_api.handler_prefix = "/backend/api";
  rules.prometheus.handler_prefix = "/internal/metrics";
  EXPECT_EQ(leads_to("/realtime", rules), kind::websocket);
  EXPECT_EQ(leads_to("/connection/websocket", rules), kind::page);
  EXPECT_EQ(usual_path("/backend/api/publish", rules), "/api/publish");
  EXPECT_EQ(leads_to("/api/publish", rules), kind::page);
  EXPECT_EQ(leads_to("/internal/metrics", rules), kind::metrics);
  EXPECT_EQ(leads_to("/health/ready", rules), kind::ready);
}

TEST(handler_prefixes, two_that_change_places_do_not_get_in_each_others_way) {
  core::configuration rules;
  rules.health.handler_prefix = "/metrics";
  rules.prometheus.handler_prefix = "/health";
  EXPECT_EQ(leads_to("/metrics/live", rules), kind::live);
  EXPECT_EQ(leads_to("/health", rules), kind::metrics);
}

TEST(handler_prefixes, what_is_disabled_leads_nowhere) {
  core::configuration rules;
  rules.websocket.disabled = true;
  rules.http_api.disabled = true;
  EXPECT_EQ(leads_to("/connection/websocket", rules), kind::page);
  EXPECT_EQ(leads_to("/api/publish", rules), kind::page);
  EXPECT_EQ(leads_to("/connection/sse", rules), kind::sse);
}

TEST(handler_prefixes, a_longer_word_is_another_path) {
  core::configuration rules;
  rules.http_api.handler_prefix = "/a";
  EXPECT_EQ(usual_path("/abc", rules), "/abc");
  EXPECT_EQ(usual_path("/a/info", rules), "/api/info");
}

}  // namespace
}  // namespace troupe::gateway
