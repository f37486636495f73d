// channel_address.hpp — what a channel's name says by itself: which namespace it is in, whether it
// needs a token, whom it admits. Pure functions; source: protocol reference, channels (Centrifugo
// v6).
//
//   $chat:room#alice,bob
//   │ │    │    └ users: with allow_user_limited_channels only these two may subscribe
//   │ │    └ the rest, free text
//   │ └ namespace; without a boundary the channel is in channel.without_namespace
//   └ private: needs a subscription token
//
// "." is no boundary: "chat.general" is in channel.without_namespace.
#pragma once

#include <expected>
#include <string_view>

#include "core/configuration.hpp"

namespace troupe::core {

enum class channel_errc {
  empty,              // no name at all; client error 107
  too_long,           // over channel.max_length; client error 107
  bad_character,      // not printable ASCII; client error 107
  unknown_namespace,  // the namespace is not configured; client error 102
};

/// Borrows the text it was read from.
struct channel_address {
  std::string_view namespace_name;  // empty: channel.without_namespace
  std::string_view users;           // "alice,bob"; meaningful when user_limited
  bool needs_token = false;         // begins with channel.private_prefix
  bool user_limited = false;        // contains channel.user_boundary
  bool personal = false;            // nothing but users: "#alice", "chat:#alice"
};

/// Takes the name apart. Errors: empty, too_long, bad_character.
[[nodiscard]] std::expected<channel_address, channel_errc> parse_channel(
    std::string_view channel, const configuration::channel_section& rules);

/// parse_channel, and the namespace must be configured. Linear in the number of namespaces: resolve
/// once per channel, not once per message. Errors: all.
[[nodiscard]] std::expected<channel_address, channel_errc> resolve_namespace(
    std::string_view channel, const configuration::channel_section& rules);

/// Whether the channel's list names this user. The anonymous user is in no list.
[[nodiscard]] bool names(const channel_address& channel, std::string_view user,
                         const configuration::channel_section& rules);

}  // namespace troupe::core
