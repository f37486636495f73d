#include "core/channel_address.hpp"

#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

configuration::channel_section rules_with_chat() {
  configuration::channel_section rules;
  rules.namespaces.push_back({"chat", {}});
  return rules;
}

TEST(channel_address, a_boundary_selects_the_namespace) {
  const auto rules = rules_with_chat();
  EXPECT_EQ(resolve_namespace("chat:room", rules)->namespace_name, "chat");
  EXPECT_EQ(resolve_namespace("chat:room:two", rules)->namespace_name, "chat");
}

TEST(channel_address, without_a_boundary_there_is_no_namespace) {
  const auto rules = rules_with_chat();
  EXPECT_EQ(resolve_namespace("room", rules)->namespace_name, "");
  EXPECT_EQ(resolve_namespace("chat.general", rules)->namespace_name, "");
  EXPECT_EQ(resolve_namespace(":room", rules)->namespace_name, "");
}

TEST(channel_address, the_private_prefix_is_not_part_of_the_namespace) {
  const auto rules = rules_with_chat();
  const auto address = resolve_namespace("$chat:room", rules);
  EXPECT_EQ(address->namespace_name, "chat");
  EXPECT_TRUE(address->needs_token);
  EXPECT_FALSE(resolve_namespace("chat:$room", rules)->needs_token);
}

TEST(channel_address, refuses_an_unknown_namespace) {
  EXPECT_EQ(resolve_namespace("news:today", rules_with_chat()).error(),
            channel_errc::unknown_namespace);
  EXPECT_EQ(resolve_namespace("$news:today", rules_with_chat()).error(),
            channel_errc::unknown_namespace);
}

TEST(channel_address, refuses_an_empty_name) {
  EXPECT_EQ(resolve_namespace("", rules_with_chat()).error(), channel_errc::empty);
}

TEST(channel_address, refuses_a_name_over_the_limit) {
  auto rules = rules_with_chat();
  EXPECT_TRUE(resolve_namespace(std::string(255, 'a'), rules).has_value());
  EXPECT_EQ(resolve_namespace(std::string(256, 'a'), rules).error(), channel_errc::too_long);
  rules.max_length = 3;
  EXPECT_EQ(resolve_namespace("abcd", rules).error(), channel_errc::too_long);
}

TEST(channel_address, refuses_bytes_that_are_not_printable_ascii) {
  for (const std::string_view name : std::initializer_list<std::string_view>{
           "caf\xc3\xa9", "a\nb", std::string_view("a\0b", 3), "\x7f"}) {
    EXPECT_EQ(resolve_namespace(name, rules_with_chat()).error(), channel_errc::bad_character);
  }
}

TEST(channel_address, a_user_list_names_those_on_it) {
  const auto rules = rules_with_chat();
  const auto address = parse_channel("chat:room#alice,bob", rules).value();
  EXPECT_TRUE(address.user_limited);
  EXPECT_FALSE(address.personal);
  EXPECT_TRUE(names(address, "alice", rules));
  EXPECT_TRUE(names(address, "bob", rules));
  EXPECT_FALSE(names(address, "carol", rules));
  EXPECT_FALSE(names(address, "alice,bob", rules));
  EXPECT_FALSE(names(address, "", rules));
}

TEST(channel_address, a_personal_channel_is_a_list_of_users_and_nothing_else) {
  const auto rules = rules_with_chat();
  EXPECT_TRUE(parse_channel("#alice", rules)->personal);
  EXPECT_TRUE(parse_channel("chat:#alice", rules)->personal);
  EXPECT_TRUE(parse_channel("$chat:#alice", rules)->personal);
  EXPECT_FALSE(parse_channel("chat:room", rules)->personal);
  EXPECT_TRUE(names(parse_channel("#alice", rules).value(), "alice", rules));
  EXPECT_FALSE(names(parse_channel("#alice", rules).value(), "bob", rules));
  EXPECT_FALSE(names(parse_channel("#", rules).value(), "", rules));
}

TEST(channel_address, a_channel_without_a_list_names_nobody) {
  const auto rules = rules_with_chat();
  EXPECT_FALSE(names(parse_channel("room", rules).value(), "alice", rules));
}

TEST(channel_address, the_marks_can_be_configured) {
  auto rules = rules_with_chat();
  rules.private_prefix = "!!";
  rules.namespace_boundary = "/";
  rules.user_boundary = "@";
  rules.user_separator = ";";
  const auto address = resolve_namespace("!!chat/room@a;b", rules).value();
  EXPECT_EQ(address.namespace_name, "chat");
  EXPECT_TRUE(address.needs_token);
  EXPECT_TRUE(names(address, "b", rules));
}

}  // namespace
}  // namespace troupe::core
