#include "core/tryout.hpp"

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

TEST(tryout, a_server_without_any_key_on_loopback_is_tried_out) {
  const configuration fresh;
  EXPECT_TRUE(is_tried_out(fresh));
  configuration other = fresh;
  other.http_server.address = "0.0.0.0";
  EXPECT_FALSE(is_tried_out(other));
  other = fresh;
  other.client.token.hmac_secret_key = "secret";
  EXPECT_FALSE(is_tried_out(other));
  other = fresh;
  other.client.insecure = true;
  EXPECT_FALSE(is_tried_out(other));
  other = fresh;
  other.client.proxy.connect.enabled = true;
  EXPECT_FALSE(is_tried_out(other));
}

TEST(tryout, the_demo_has_a_namespace_only_where_the_operator_has_none) {
  configuration fresh;
  add_demo_namespace(fresh);
  ASSERT_EQ(fresh.channel.namespaces.size(), 1U);
  EXPECT_EQ(fresh.channel.namespaces[0].name, "chat");
  EXPECT_TRUE(fresh.channel.namespaces[0].options.keeps_history());
  configuration own;
  own.channel.namespaces.push_back({"rooms", {}});
  add_demo_namespace(own);
  ASSERT_EQ(own.channel.namespaces.size(), 1U);
  EXPECT_EQ(own.channel.namespaces[0].name, "rooms");
}

}  // namespace
}  // namespace troupe::core
