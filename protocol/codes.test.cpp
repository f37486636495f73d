#include "protocol/codes.hpp"

#include <gtest/gtest.h>

#include "protocol/api/codes.hpp"

namespace troupe::protocol {
namespace {

TEST(codes, tell_a_client_whether_to_come_back) {
  for (std::uint32_t code : {1000U, 2999U, 3000U, 3499U, 4000U, 4499U, 5000U}) {
    EXPECT_TRUE(client_reconnects(code)) << code;
  }
  for (std::uint32_t code : {3500U, 3999U, 4500U, 4999U}) {
    EXPECT_FALSE(client_reconnects(code)) << code;
  }
  EXPECT_TRUE(client_reconnects(disconnects::shutdown.code));
  EXPECT_TRUE(client_reconnects(disconnects::slow.code));
  EXPECT_FALSE(client_reconnects(disconnects::invalid_token.code));
}

TEST(codes, tell_a_client_whether_to_subscribe_again) {
  EXPECT_FALSE(client_resubscribes(unsubscribes::server.code));
  EXPECT_TRUE(client_resubscribes(unsubscribes::insufficient_state.code));
}

TEST(codes, become_errors_of_replies) {
  const error made = errors::internal;
  EXPECT_EQ(made, (error{100, "internal server error", true}));
}

TEST(codes, have_an_http_status_for_the_api) {
  EXPECT_EQ(api::http_status_of(api::errors::internal.code), 500U);
  EXPECT_EQ(api::http_status_of(api::errors::unknown_channel.code), 404U);
  EXPECT_EQ(api::http_status_of(api::errors::bad_request.code), 400U);
  EXPECT_EQ(api::http_status_of(api::errors::unrecoverable_position.code), 416U);
  EXPECT_EQ(api::http_status_of(api::errors::conflict.code), 409U);
}

}  // namespace
}  // namespace troupe::protocol
