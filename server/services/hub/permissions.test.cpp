#include "services/hub/permissions.hpp"

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

const core::configuration::channel_section rules;

std::uint32_t code(const permission& result) {
  return result ? 0 : result.error().code;
}

std::uint32_t subscribing(const asking& who, std::string_view channel,
                          const core::channel_options& options) {
  return code(may_subscribe(who, *core::parse_channel(channel, rules), options, rules));
}

TEST(permissions, nothing_is_allowed_by_default) {
  const core::channel_options closed;
  EXPECT_EQ(subscribing({.user = "ada"}, "x", closed), 103U);
  EXPECT_EQ(code(may_publish({.user = "ada", .subscriber = true}, closed)), 103U);
}

TEST(permissions, a_signed_in_user_and_an_anonymous_one_are_allowed_apart) {
  core::channel_options options;
  options.allow_subscribe_for_client = true;
  EXPECT_EQ(subscribing({.user = "ada"}, "x", options), 0U);
  EXPECT_EQ(subscribing({.user = ""}, "x", options), 103U);
  options = {};
  options.allow_publish_for_anonymous = true;
  EXPECT_EQ(code(may_publish({.user = "ada"}, options)), 103U);
  EXPECT_EQ(code(may_publish({.user = ""}, options)), 0U);
}

TEST(permissions, a_subscriber_may_publish_where_subscribers_may) {
  core::channel_options options;
  options.allow_publish_for_subscriber = true;
  EXPECT_EQ(code(may_publish({.user = "ada", .subscriber = true}, options)), 0U);
  EXPECT_EQ(code(may_publish({.user = "ada", .subscriber = false}, options)), 103U);
}

TEST(permissions, a_list_of_users_admits_them_alone_where_the_option_says_so) {
  core::channel_options options;
  options.allow_user_limited_channels = true;
  EXPECT_EQ(subscribing({.user = "ada"}, "room#ada,bob", options), 0U);
  EXPECT_EQ(subscribing({.user = "bob"}, "room#ada,bob", options), 0U);
  EXPECT_EQ(subscribing({.user = "eve"}, "room#ada,bob", options), 103U);
  EXPECT_EQ(subscribing({.user = ""}, "room#", options), 103U);
  EXPECT_EQ(subscribing({.user = "ada"}, "$room#ada", options), 103U) << "private: with a token";
  EXPECT_EQ(subscribing({.user = "ada"}, "room", options), 103U);
  options.allow_subscribe_for_client = true;
  EXPECT_EQ(subscribing({.user = "eve"}, "room#ada,bob", options), 103U);
  EXPECT_EQ(subscribing({.user = "eve"}, "room", options), 0U);
}

TEST(permissions, a_list_of_users_means_nothing_without_the_option) {
  core::channel_options options;
  EXPECT_EQ(subscribing({.user = "ada"}, "room#ada", options), 103U);
  options.allow_subscribe_for_client = true;
  EXPECT_EQ(subscribing({.user = "eve"}, "room#ada", options), 0U);
}

TEST(permissions, a_personal_channel_is_closed_to_others_with_and_without_the_option) {
  core::channel_options options;
  options.allow_subscribe_for_client = true;
  for (const bool limited : {false, true}) {
    options.allow_user_limited_channels = limited;
    EXPECT_EQ(subscribing({.user = "ada"}, "#ada", options), 0U);
    EXPECT_EQ(subscribing({.user = "eve"}, "#ada", options), 103U);
    EXPECT_EQ(subscribing({.user = "eve"}, "chat:#ada", options), 103U);
  }
}

TEST(permissions, insecure_mode_allows_what_is_not_private) {
  const core::channel_options closed;
  const asking anybody{.user = "", .insecure = true};
  EXPECT_EQ(subscribing(anybody, "x", closed), 0U);
  EXPECT_EQ(subscribing(anybody, "$x", closed), 103U);
  EXPECT_EQ(subscribing(anybody, "#ada", closed), 0U);
  core::channel_options limited;
  limited.allow_user_limited_channels = true;
  EXPECT_EQ(subscribing(anybody, "x#ada", limited), 0U);
  EXPECT_EQ(code(may_publish(anybody, closed)), 0U);
}

TEST(permissions, history_and_presence_that_are_off_are_not_available) {
  core::channel_options options;
  EXPECT_EQ(code(may_read_history({.user = "ada", .insecure = true}, options)), 108U);
  EXPECT_EQ(code(may_see_presence({.user = "ada", .insecure = true}, options)), 108U);
  options.presence = true;
  options.history_size = 1;
  EXPECT_EQ(code(may_read_history({.user = "ada", .insecure = true}, options)), 108U)
      << "a size without a time to live keeps nothing";
  options.history_ttl = std::chrono::seconds(1);
  EXPECT_EQ(code(may_read_history({.user = "ada", .insecure = true}, options)), 0U);
  EXPECT_EQ(code(may_read_history({.user = "ada"}, options)), 103U);
  EXPECT_EQ(code(may_see_presence({.user = "ada"}, options)), 103U);
}

TEST(permissions, a_subscription_has_the_rules_of_its_namespace_but_for_its_overrides) {
  core::channel_options options;
  options.presence = true;
  options.force_recovery = true;
  const auto plain = rules_for(options, {});
  EXPECT_TRUE(plain.presence);
  EXPECT_TRUE(plain.force_recovery);
  EXPECT_FALSE(plain.join_leave);
  EXPECT_FALSE(plain.force_positioning);
  EXPECT_FALSE(plain.force_push_join_leave);
  const auto other = rules_for(options, {.presence = false,
                                         .join_leave = true,
                                         .force_recovery = false,
                                         .force_positioning = true,
                                         .force_push_join_leave = true});
  EXPECT_FALSE(other.presence);
  EXPECT_FALSE(other.force_recovery);
  EXPECT_TRUE(other.join_leave);
  EXPECT_TRUE(other.force_positioning);
  EXPECT_TRUE(other.force_push_join_leave);
}

}  // namespace
}  // namespace troupe::hub
