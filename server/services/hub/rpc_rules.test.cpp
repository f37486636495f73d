#include "services/hub/rpc_rules.hpp"

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

TEST(rpc_rules, a_method_belongs_to_the_namespace_before_the_boundary) {
  core::configuration::rpc_section rules;
  rules.namespaces.push_back({.name = "bank", .options = {.proxy_enabled = true}});
  EXPECT_EQ(find_rpc_options("bank:pay", rules), &rules.namespaces[0].options);
  EXPECT_EQ(find_rpc_options("pay", rules), &rules.without_namespace);
  EXPECT_EQ(find_rpc_options("", rules), &rules.without_namespace);
  EXPECT_EQ(find_rpc_options("shop:pay", rules), nullptr);
  EXPECT_EQ(find_rpc_options(":pay", rules), nullptr);
  rules.namespace_boundary = ".";
  EXPECT_EQ(find_rpc_options("bank.pay:x", rules), &rules.namespaces[0].options);
}

TEST(rpc_rules, built_in_methods_never_leave_the_server) {
  core::configuration::rpc_section rules;
  rules.without_namespace.proxy_enabled = true;
  EXPECT_EQ(find_rpc_options("troupe.conversations.create", rules), nullptr);
}

TEST(rpc_rules, one_switch_that_is_on_is_enough_to_serve_calls) {
  core::configuration::rpc_section rules;
  EXPECT_FALSE(serves_calls(rules));
  rules.namespaces.push_back({.name = "bank", .options = {}});
  EXPECT_FALSE(serves_calls(rules));
  rules.namespaces[0].options.proxy_enabled = true;
  EXPECT_TRUE(serves_calls(rules));
  rules.namespaces.clear();
  rules.without_namespace.proxy_enabled = true;
  EXPECT_TRUE(serves_calls(rules));
}

}  // namespace
}  // namespace troupe::hub
