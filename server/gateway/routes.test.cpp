#include "gateway/routes.hpp"

#include <gtest/gtest.h>

namespace troupe::gateway {
namespace {

using kind = route::kind;

kind at(std::string_view path, exposure offered = exposure::everything) {
  return find_route(path, offered).what;
}

TEST(routes, every_path_has_its_meaning) {
  EXPECT_EQ(at("/connection/websocket"), kind::websocket);
  EXPECT_EQ(at("/health/live"), kind::live);
  EXPECT_EQ(at("/health/ready"), kind::ready);
  EXPECT_EQ(at("/health"), kind::health);
  EXPECT_EQ(at("/metrics"), kind::metrics);
  EXPECT_EQ(at("/dev/token"), kind::development_token);
  EXPECT_EQ(at("/"), kind::page);
  EXPECT_EQ(at("/assets/index-x.js"), kind::page);
  EXPECT_EQ(at("/health/"), kind::page) << "a path is compared whole";
}

TEST(routes, an_api_path_carries_its_method) {
  EXPECT_EQ(find_route("/api/publish", exposure::everything), (route{kind::api, "publish"}));
  EXPECT_EQ(find_route("/api/", exposure::everything), (route{kind::api, ""}));
  EXPECT_EQ(find_route("/api", exposure::everything), (route{kind::api, ""}));
  EXPECT_EQ(at("/apis"), kind::page);
}

TEST(routes, what_is_for_operators_is_not_on_a_public_listener) {
  for (const std::string_view path : {"/health", "/metrics"}) {
    EXPECT_EQ(at(path, exposure::for_clients), kind::nothing) << path;
    EXPECT_NE(at(path, exposure::for_operators), kind::nothing) << path;
  }
  for (const std::string_view path : {"/health/live", "/health/ready"}) {
    EXPECT_NE(at(path, exposure::for_clients), kind::nothing) << path;
    EXPECT_NE(at(path, exposure::for_operators), kind::nothing) << path;
  }
}

TEST(routes, what_is_for_clients_is_not_on_an_internal_listener) {
  for (const std::string_view path : {"/connection/websocket", "/api/publish", "/dev/token", "/"}) {
    EXPECT_EQ(at(path, exposure::for_operators), kind::nothing) << path;
    EXPECT_NE(at(path, exposure::for_clients), kind::nothing) << path;
  }
}

}  // namespace
}  // namespace troupe::gateway
