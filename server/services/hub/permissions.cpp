#include "services/hub/permissions.hpp"

namespace troupe::hub {
namespace {

permission allowed_if(bool condition) {
  if (condition) return {};
  return std::unexpected(protocol::error(protocol::errors::permission_denied));
}

/// The three rules that publish, history and presence have in common.
bool allows(const asking& who, bool for_client, bool for_subscriber, bool for_anonymous) {
  if (who.insecure) return true;
  if (for_subscriber && who.subscriber) return true;
  return who.user.empty() ? for_anonymous : for_client;
}

}  // namespace

bool is_user_limited(const core::channel_address& address, const core::channel_options& options) {
  return address.user_limited && options.allow_user_limited_channels;
}

permission may_subscribe(const asking& who, const core::channel_address& address,
                         const core::channel_options& options,
                         const core::configuration::channel_section& rules) {
  if (address.needs_token) return allowed_if(false);
  const bool is_limited = is_user_limited(address, options);
  if (is_limited || address.personal) {
    if (!core::names(address, who.user, rules)) return allowed_if(who.insecure);
    if (is_limited) return {};
  }
  return allowed_if(allows(who, options.allow_subscribe_for_client, false,
                           options.allow_subscribe_for_anonymous));
}

permission may_publish(const asking& who, const core::channel_options& options) {
  return allowed_if(allows(who, options.allow_publish_for_client,
                           options.allow_publish_for_subscriber,
                           options.allow_publish_for_anonymous));
}

permission may_read_history(const asking& who, const core::channel_options& options) {
  if (!options.keeps_history()) {
    return std::unexpected(protocol::error(protocol::errors::not_available));
  }
  return allowed_if(allows(who, options.allow_history_for_client,
                           options.allow_history_for_subscriber,
                           options.allow_history_for_anonymous));
}

permission may_see_presence(const asking& who, const core::channel_options& options) {
  if (!options.presence) {
    return std::unexpected(protocol::error(protocol::errors::not_available));
  }
  return allowed_if(allows(who, options.allow_presence_for_client,
                           options.allow_presence_for_subscriber,
                           options.allow_presence_for_anonymous));
}

crypto::subscription_override to_override(const protocol::channel_override& from) {
  return {.presence = from.presence,
          .join_leave = from.join_leave,
          .force_recovery = from.force_recovery,
          .force_positioning = from.force_positioning,
          .force_push_join_leave = from.force_push_join_leave};
}

subscription_rules rules_for(const core::channel_options& options,
                             const crypto::subscription_override& override) {
  return {.presence = override.presence.value_or(options.presence),
          .join_leave = override.join_leave.value_or(options.join_leave),
          .force_recovery = override.force_recovery.value_or(options.force_recovery),
          .force_positioning = override.force_positioning.value_or(options.force_positioning),
          .force_push_join_leave =
              override.force_push_join_leave.value_or(options.force_push_join_leave)};
}

std::expected<const core::channel_options*, protocol::error> find_options(
    std::string_view channel, const core::configuration::channel_section& rules) {
  const auto address = core::resolve_namespace(channel, rules);
  if (!address) {
    const bool unknown = address.error() == core::channel_errc::unknown_namespace;
    return std::unexpected(protocol::error(unknown ? protocol::errors::unknown_channel
                                                   : protocol::errors::bad_request));
  }
  for (const core::channel_namespace& each : rules.namespaces) {
    if (each.name == address->namespace_name) return &each.options;
  }
  return &rules.without_namespace;
}

}  // namespace troupe::hub
