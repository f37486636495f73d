#include "core/option_table_parts.hpp"

namespace troupe::core {
namespace {

using enum applies;

constexpr server_option client_table[] = {
    {.path = "client.insecure",
     .slot = [](configuration& c) -> option_slot { return &c.client.insecure; },
     .description = "Clients connect without a token and may do everything. For development only."},
    {.path = "client.allowed_origins",
     .slot = [](configuration& c) -> option_slot { return &c.client.allowed_origins; },
     .description = "Origins whose pages may connect, such as `https://example.com` or "
                    "`https://*.example.com`; `*` allows every page. A client that sends no Origin "
                    "header is no browser and is always let through to the token check.",
     .range = {0, 1000},
     .change = on_reload},
    {.path = "client.token.hmac_secret_key",
     .slot = [](configuration& c) -> option_slot { return &c.client.token.hmac_secret_key; },
     .description = "Secret that signs connection and subscription tokens with HS256, HS384 or "
                    "HS512; at least 32 bytes. Empty on a loopback address: the development secret "
                    "of the data directory.",
     .change = on_reload,
     .secret = true},
    {.path = "client.token.rsa_public_key",
     .slot = [](configuration& c) -> option_slot { return &c.client.token.rsa_public_key; },
     .description = "Public key in PEM that verifies tokens signed with RS256, RS384 or RS512; at "
                    "least 2048 bits.",
     .range = {0, 16384},
     .change = on_reload},
    {.path = "client.token.ecdsa_public_key",
     .slot = [](configuration& c) -> option_slot { return &c.client.token.ecdsa_public_key; },
     .description = "Public key in PEM that verifies tokens signed with ES256, ES384 or ES512, "
                    "whichever its curve (P-256, P-384, P-521) is for.",
     .range = {0, 16384},
     .change = on_reload},
    {.path = "client.token.jwks_public_endpoint",
     .slot = [](configuration& c) -> option_slot { return &c.client.token.jwks_public_endpoint; },
     .description =
         "Address of a JSON Web Key Set, such as "
         "`https://id.example.com/.well-known/jwks.json`. Tokens name one of its RSA, EC "
         "or Ed25519 keys by `kid`. Fetched when a token names a key that is not known, "
         "at most every 30 seconds, and every five minutes; while it cannot be reached "
         "the keys fetched before hold. With it, `rsa_public_key` and `ecdsa_public_key` "
         "are not used."},
    {.path = "client.token.audience",
     .slot = [](configuration& c) -> option_slot { return &c.client.token.audience; },
     .description = "Tokens must name this audience in `aud`. Empty: any.",
     .change = on_reload},
    {.path = "client.token.issuer",
     .slot = [](configuration& c) -> option_slot { return &c.client.token.issuer; },
     .description = "Tokens must name this issuer in `iss`. Empty: any.",
     .change = on_reload},
    {.path = "client.subscription_token.enabled",
     .slot = [](configuration& c) -> option_slot { return &c.client.subscription_token.enabled; },
     .description = "Subscription tokens have keys, audience and issuer of their own, those of "
                    "this section. Off: what `client.token` says holds for them too."},
    {.path = "client.subscription_token.hmac_secret_key",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscription_token.hmac_secret_key;
     },
     .description = "As in `client.token`, for subscription tokens.",
     .change = on_reload,
     .secret = true},
    {.path = "client.subscription_token.rsa_public_key",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscription_token.rsa_public_key;
     },
     .description = "As in `client.token`, for subscription tokens.",
     .range = {0, 16384},
     .change = on_reload},
    {.path = "client.subscription_token.ecdsa_public_key",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscription_token.ecdsa_public_key;
     },
     .description = "As in `client.token`, for subscription tokens.",
     .range = {0, 16384},
     .change = on_reload},
    {.path = "client.subscription_token.jwks_public_endpoint",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscription_token.jwks_public_endpoint;
     },
     .description = "As in `client.token`, for subscription tokens."},
    {.path = "client.subscription_token.audience",
     .slot = [](configuration& c) -> option_slot { return &c.client.subscription_token.audience; },
     .description = "As in `client.token`, for subscription tokens.",
     .change = on_reload},
    {.path = "client.subscription_token.issuer",
     .slot = [](configuration& c) -> option_slot { return &c.client.subscription_token.issuer; },
     .description = "As in `client.token`, for subscription tokens.",
     .change = on_reload},
    {.path = "client.allow_anonymous_connect_without_token",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.allow_anonymous_connect_without_token;
     },
     .description = "A client without a token connects as the anonymous user, who may do what the "
                    "`_for_anonymous` options of channels allow."},
    {.path = "client.subscribe_to_user_personal_channel.enabled",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscribe_to_user_personal_channel.enabled;
     },
     .description = "The server subscribes each connection of a user to the user's personal "
                    "channel, `#USER`. Not those of the anonymous user.",
     .change = on_reload},
    {.path = "client.subscribe_to_user_personal_channel.personal_channel_namespace",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscribe_to_user_personal_channel.personal_channel_namespace;
     },
     .description = "Namespace of the personal channels, which are then called `NAMESPACE:#USER`. "
                    "Empty: `channel.without_namespace`.",
     .change = on_reload},
    {.path = "client.subscribe_to_user_personal_channel.single_connection",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.subscribe_to_user_personal_channel.single_connection;
     },
     .description = "A user has one connection at a time: a new one ends those before it, with "
                    "code 3504. Only together with `enabled`.",
     .change = on_reload},
    {.path = "client.connection_limit",
     .slot = [](configuration& c) -> option_slot { return &c.client.connection_limit; },
     .description = "Connections at a time; one more is refused with HTTP status 503. 0: the most "
                    "there can be, 1000000.",
     .range = {0, static_cast<std::int64_t>(limits::connections_max)},
     .change = on_reload},
    {.path = "client.connection_rate_limit",
     .slot = [](configuration& c) -> option_slot { return &c.client.connection_rate_limit; },
     .description = "Connections that may begin in a second, and at once after a quiet one; one "
                    "more is refused with HTTP status 503. 0: any number.",
     .range = {0, static_cast<std::int64_t>(limits::connections_max)},
     .change = on_reload},
    {.path = "client.connection_limit_per_address",
     .slot = [](configuration& c) -> option_slot { return &c.client.connection_limit_per_address; },
     .description =
         "Connections of one IP address at a time; one more is refused with HTTP status "
         "503. An IPv6 address counts as its network of 64 bits. Behind a proxy, name it "
         "in `http_server.trusted_proxies`, or all count as one. 0: any number.",
     .range = {0, static_cast<std::int64_t>(limits::connections_max)},
     .change = on_reload},
    {.path = "client.connection_rate_limit_per_address",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.connection_rate_limit_per_address;
     },
     .description = "Connections that may begin in a second from one IP address, likewise. "
                    "0: any number.",
     .range = {0, static_cast<std::int64_t>(limits::connections_max)},
     .change = on_reload},
    {.path = "client.user_connection_limit",
     .slot = [](configuration& c) -> option_slot { return &c.client.user_connection_limit; },
     .description =
         "Connections of one user at a time; one more is disconnected with code 3504. "
         "Does not apply to the anonymous user. 0: only `client.connection_limit` holds.",
     .range = {0, static_cast<std::int64_t>(limits::connections_max)},
     .change = on_reload},
    {.path = "client.channel_limit",
     .slot = [](configuration& c) -> option_slot { return &c.client.channel_limit; },
     .description = "Channels one connection may be subscribed to.",
     .range = {1, 100'000}},
    {.path = "client.queue_max_size",
     .slot = [](configuration& c) -> option_slot { return &c.client.queue_max_size; },
     .description =
         "Bytes that may wait to be sent to one connection; a client slower than that is "
         "disconnected with code 3008.",
     .range = {4096, 1024 * 1024 * 1024}},
    {.path = "client.ping_interval",
     .slot = [](configuration& c) -> option_slot { return &c.client.ping_interval; },
     .description = "How often the server pings a client.",
     .range = {100, hour_ms}},
    {.path = "client.pong_timeout",
     .slot = [](configuration& c) -> option_slot { return &c.client.pong_timeout; },
     .description = "A client that has not answered a ping for so long is disconnected with code "
                    "3012. Less than `client.ping_interval`.",
     .range = {50, hour_ms}},
    {.path = "client.stale_close_delay",
     .slot = [](configuration& c) -> option_slot { return &c.client.stale_close_delay; },
     .description = "A client that has not connected (first command) for so long is disconnected "
                    "with code 3502.",
     .range = {100, hour_ms}},
    {.path = "client.channel_position_check_delay",
     .slot = [](configuration& c) -> option_slot { return &c.client.channel_position_check_delay; },
     .description =
         "How often the positions of subscribers are compared with where their channel's "
         "stream is. Who has missed something subscribes again.",
     .range = {100, hour_ms}},
    {.path = "client.expired_close_delay",
     .slot = [](configuration& c) -> option_slot { return &c.client.expired_close_delay; },
     .description = "How long past its end a connection may still be refreshed; then it is "
                    "disconnected with code 3005.",
     .range = {0, hour_ms}},
    {.path = "client.expired_sub_close_delay",
     .slot = [](configuration& c) -> option_slot { return &c.client.expired_sub_close_delay; },
     .description = "How long past its end a subscription may still be refreshed; then it is ended "
                    "with code 2501.",
     .range = {0, hour_ms}},
    {.path = "client.history_max_publication_limit",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.history_max_publication_limit;
     },
     .description = "The most publications in a client's history reply.",
     .range = {1, 100'000},
     .change = on_reload},
    {.path = "client.recovery_max_publication_limit",
     .slot = [](configuration& c) -> option_slot {
       return &c.client.recovery_max_publication_limit;
     },
     .description = "The most publications recovered by a subscription; a client that missed more "
                    "is told so.",
     .range = {1, 100'000},
     .change = on_reload},
};

}  // namespace

std::span<const server_option> client_options() {
  return client_table;
}

}  // namespace troupe::core
