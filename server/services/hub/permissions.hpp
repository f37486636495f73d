// permissions.hpp — who may do what in a channel (protocol reference, channels and permissions).
// Pure functions. Error: permission_denied, unless said otherwise.
#pragma once

#include <expected>
#include <string_view>

#include "core/channel_address.hpp"
#include "core/configuration.hpp"
#include "crypto/claims.hpp"
#include "protocol/channel_override.hpp"
#include "protocol/codes.hpp"

namespace troupe::hub {

/// Who asks, and how they stand to the channel.
struct asking {
  std::string_view user;    // empty: anonymous
  bool subscriber = false;  // of this channel, on this connection
  bool insecure = false;    // client.insecure
};

using permission = std::expected<void, protocol::error>;

/// Whether the users in the channel's name are the ones who may subscribe: nobody else is asked.
bool is_user_limited(const core::channel_address& address, const core::channel_options& options);
/// Without a subscription token. A private channel ($) admits nobody so. Who is not in the list of
/// a user-limited channel, or is another than the one whose personal channel it is, gets in with
/// client.insecure alone.
permission may_subscribe(const asking& who, const core::channel_address& address,
                         const core::channel_options& options,
                         const core::configuration::channel_section& rules);
permission may_publish(const asking& who, const core::channel_options& options);
/// not_available where the channel keeps no history.
permission may_read_history(const asking& who, const core::channel_options& options);
/// not_available where the channel has no presence.
permission may_see_presence(const asking& who, const core::channel_options& options);

/// What holds for one subscription: the options of the namespace, where nothing overrides them.
struct subscription_rules {
  bool presence = false;
  bool join_leave = false;
  bool force_recovery = false;
  bool force_positioning = false;
  bool force_push_join_leave = false;
};
/// What the application overrides, as a token says it.
crypto::subscription_override to_override(const protocol::channel_override& from);

subscription_rules rules_for(const core::channel_options& options,
                             const crypto::subscription_override& override);

/// The options of the namespace a channel is in. Errors: bad_request for a name that is empty, too
/// long or not printable ASCII; unknown_channel for a namespace that is not configured.
std::expected<const core::channel_options*, protocol::error> find_options(
    std::string_view channel, const core::configuration::channel_section& rules);

}  // namespace troupe::hub
