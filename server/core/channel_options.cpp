#include "core/option_table_parts.hpp"

namespace troupe::core {
namespace {

using enum applies;

constexpr std::int64_t history_ttl_ms_max = 10 * 366 * 24 * hour_ms;
constexpr auto history_size_max = static_cast<std::int64_t>(limits::history_size_max);

constexpr server_option naming_table[] = {
    {.path = "channel.max_length",
     .slot = [](configuration& c) -> option_slot { return &c.channel.max_length; },
     .description = "Bytes of a channel's name.",
     .range = {1, static_cast<std::int64_t>(limits::channel_length_max)}},
    {.path = "channel.private_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.channel.private_prefix; },
     .description = "A channel that begins so needs a subscription token.",
     .range = {1, 4}},
    {.path = "channel.namespace_boundary",
     .slot = [](configuration& c) -> option_slot { return &c.channel.namespace_boundary; },
     .description = "Ends the namespace in a channel's name: `chat:room` is in `chat`.",
     .range = {1, 4}},
    {.path = "channel.user_boundary",
     .slot = [](configuration& c) -> option_slot { return &c.channel.user_boundary; },
     .description = "Begins the list of users in a channel's name, as in `room#alice,bob`, where "
                    "`allow_user_limited_channels` is set.",
     .range = {1, 4}},
    {.path = "channel.user_separator",
     .slot = [](configuration& c) -> option_slot { return &c.channel.user_separator; },
     .description = "Separates the users in a channel's name.",
     .range = {1, 4}},
    {.path = "channel.history_meta_ttl",
     .slot = [](configuration& c) -> option_slot { return &c.channel.history_meta_ttl; },
     .description =
         "How long a channel's offset and epoch are remembered after the last use, where "
         "the channel's own `history_meta_ttl` says nothing.",
     .range = {1000, history_ttl_ms_max},
     .change = on_reload},
};

constexpr channel_option channel_table[] = {
    {.path = "presence",
     .slot = [](channel_options& o) -> option_slot { return &o.presence; },
     .description = "The server knows who is in the channel.",
     .change = on_reload},
    {.path = "join_leave",
     .slot = [](channel_options& o) -> option_slot { return &o.join_leave; },
     .description = "Joins and leaves are published in the channel.",
     .change = on_reload},
    {.path = "force_push_join_leave",
     .slot = [](channel_options& o) -> option_slot { return &o.force_push_join_leave; },
     .description = "Every subscriber gets joins and leaves, also one who did not ask.",
     .change = on_reload},
    {.path = "history_size",
     .slot = [](channel_options& o) -> option_slot { return &o.history_size; },
     .description = "Publications kept in the channel. Goes with `history_ttl`.",
     .range = {0, history_size_max},
     .change = on_reload},
    {.path = "history_ttl",
     .slot = [](channel_options& o) -> option_slot { return &o.history_ttl; },
     .description = "How long a publication is kept. Goes with `history_size`.",
     .range = {0, history_ttl_ms_max},
     .change = on_reload},
    {.path = "history_meta_ttl",
     .slot = [](channel_options& o) -> option_slot { return &o.history_meta_ttl; },
     .description = "How long offset and epoch are remembered after the last use; not less than "
                    "`history_ttl`. 0s: `channel.history_meta_ttl`.",
     .range = {0, history_ttl_ms_max},
     .change = on_reload},
    {.path = "force_recovery",
     .slot = [](channel_options& o) -> option_slot { return &o.force_recovery; },
     .description = "Every subscription is recoverable. Needs history.",
     .change = on_reload},
    {.path = "force_positioning",
     .slot = [](channel_options& o) -> option_slot { return &o.force_positioning; },
     .description =
         "Every subscription's position is checked against the channel's. Needs history.",
     .change = on_reload},
    {.path = "force_recovery_mode",
     .slot = [](channel_options& o) -> option_slot { return &o.force_recovery_mode; },
     .description = "What a recovery brings: `stream`, every missed publication; `cache`, only the "
                    "newest.",
     .change = on_reload,
     .choices = "stream cache"},
    {.path = "allow_recovery",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_recovery; },
     .description = "A subscription is recoverable when its client asks for it. Clients that may "
                    "read history may ask in any case.",
     .change = on_reload},
    {.path = "allow_positioning",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_positioning; },
     .description =
         "A subscription's position is checked when its client asks for it. Clients that "
         "may read history may ask in any case.",
     .change = on_reload},
    {.path = "allow_subscribe_for_client",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_subscribe_for_client; },
     .description = "Any user may subscribe without a subscription token.",
     .change = on_reload},
    {.path = "allow_subscribe_for_anonymous",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_subscribe_for_anonymous; },
     .description = "So may the anonymous user.",
     .change = on_reload},
    {.path = "allow_user_limited_channels",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_user_limited_channels; },
     .description = "A list of users in a channel's name means that they, and no others, may "
                    "subscribe without a subscription token: `room#alice,bob` admits two. Off: the "
                    "list means nothing, but a personal channel, `#alice`, is closed to others all "
                    "the same.",
     .change = on_reload},
    {.path = "allow_publish_for_client",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_publish_for_client; },
     .description = "Any user may publish, subscribed or not.",
     .change = on_reload},
    {.path = "allow_publish_for_subscriber",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_publish_for_subscriber; },
     .description = "A subscribed user may publish.",
     .change = on_reload},
    {.path = "allow_publish_for_anonymous",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_publish_for_anonymous; },
     .description = "So may the anonymous user.",
     .change = on_reload},
    {.path = "allow_history_for_client",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_history_for_client; },
     .description = "Any user may read history, subscribed or not.",
     .change = on_reload},
    {.path = "allow_history_for_subscriber",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_history_for_subscriber; },
     .description = "A subscribed user may read history.",
     .change = on_reload},
    {.path = "allow_history_for_anonymous",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_history_for_anonymous; },
     .description = "So may the anonymous user.",
     .change = on_reload},
    {.path = "allow_presence_for_client",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_presence_for_client; },
     .description = "Any user may read presence, subscribed or not.",
     .change = on_reload},
    {.path = "allow_presence_for_subscriber",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_presence_for_subscriber; },
     .description = "A subscribed user may read presence.",
     .change = on_reload},
    {.path = "allow_presence_for_anonymous",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_presence_for_anonymous; },
     .description = "So may the anonymous user.",
     .change = on_reload},
    {.path = "subscribe_proxy_enabled",
     .slot = [](channel_options& o) -> option_slot { return &o.subscribe_proxy_enabled; },
     .description =
         "The application decides who subscribes: `channel.proxy.subscribe`. Not asked "
         "about subscriptions with a token, private channels and those limited to users."},
    {.path = "publish_proxy_enabled",
     .slot = [](channel_options& o) -> option_slot { return &o.publish_proxy_enabled; },
     .description = "The application decides what clients publish: `channel.proxy.publish`."},
    {.path = "sub_refresh_proxy_enabled",
     .slot = [](channel_options& o) -> option_slot { return &o.sub_refresh_proxy_enabled; },
     .description = "When a subscription's time is over, the application is asked instead of the "
                    "client: `channel.proxy.sub_refresh`."},
    {.path = "unsubscribe_proxy_enabled",
     .slot = [](channel_options& o) -> option_slot { return &o.unsubscribe_proxy_enabled; },
     .description = "The application is told of each subscription that has ended, at least once: "
                    "`channel.proxy.unsubscribe`."},
    {.path = "allowed_delta_types",
     .slot = [](channel_options& o) -> option_slot { return &o.allowed_delta_types; },
     .description = "Delta compression that a subscriber may ask for.",
     .range = {0, 8},
     .change = on_reload,
     .choices = "fossil"},
    {.path = "delta_publish",
     .slot = [](channel_options& o) -> option_slot { return &o.delta_publish; },
     .description =
         "Every publication may go out as a patch against the one before, to subscribers "
         "that asked for deltas. Off: only those published so with the server API.",
     .change = on_reload},
    {.path = "allow_tags_filter",
     .slot = [](channel_options& o) -> option_slot { return &o.allow_tags_filter; },
     .description = "A subscriber may ask for publications with certain tags only, but not for "
                    "deltas as well.",
     .change = on_reload},
    {.path = "persistent",
     .slot = [](channel_options& o) -> option_slot { return &o.persistent; },
     .description =
         "Keep the history on disk, in storage.path: an acknowledged publication survives "
         "the process and the machine's power, with its offset and epoch. Off: in memory. "
         "Not one of Centrifugo's options."},
};

}  // namespace

std::span<const server_option> channel_naming_options() {
  return naming_table;
}
std::span<const channel_option> channel_option_table() {
  return channel_table;
}

}  // namespace troupe::core
