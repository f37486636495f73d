#include "core/option_table.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/duration.hpp"
#include "core/proxy_table.hpp"
#include "core/quote.hpp"

namespace troupe::core {
namespace {

using enum applies;

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t history_ttl_ms_max = 10 * 366 * 24 * hour_ms;
constexpr std::int64_t pem_bytes_max = 65536;
constexpr auto history_size_max = static_cast<std::int64_t>(limits::history_size_max);

constexpr server_option server_table[] = {
    {.path = "http_server.address",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.address; },
     .description = "IP address to listen on. With a loopback address everything is served on this "
                    "listener; with any other, metrics, inspection and health detail move to the "
                    "internal one. Empty: every address of the machine."},
    {.path = "http_server.port",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.port; },
     .description = "Port to listen on. 0: the system picks a free one.",
     .range = {0, 65535}},
    {.path = "http_server.internal_address",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.internal_address; },
     .description = "Address of the internal listener. Keep it where only operators reach it."},
    {.path = "http_server.internal_port",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.internal_port; },
     .description = "Port of the internal listener. 0: the system picks a free one.",
     .range = {0, 65535}},
    {.path = "http_server.tls.enabled",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.tls.enabled; },
     .description = "Speak TLS, 1.2 or 1.3, on both listeners."},
    {.path = "http_server.tls.cert_pem_file",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.tls.cert_pem_file; },
     .description = "File with the certificate in PEM format, its chain behind it. SIGHUP reads it "
                    "again, for new connections.",
     .change = on_reload},
    {.path = "http_server.tls.key_pem_file",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.tls.key_pem_file; },
     .description = "File with the private key of the certificate in PEM format, without a "
                    "passphrase. SIGHUP reads it again.",
     .change = on_reload},
    {.path = "http_server.tls.cert_pem",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.tls.cert_pem; },
     .description = "Instead of the file: the certificate itself in PEM format, or that in base64, "
                    "or the path of a file.",
     .range = {0, pem_bytes_max},
     .change = on_reload},
    {.path = "http_server.tls.key_pem",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.tls.key_pem; },
     .description = "Instead of the file: the private key likewise.",
     .range = {0, pem_bytes_max},
     .change = on_reload,
     .secret = true},
    {.path = "http_server.tls_external",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.tls_external; },
     .description = "TLS on the public listener alone: the internal one speaks plain HTTP."},
    {.path = "http_server.trusted_proxies",
     .slot = [](configuration& c) -> option_slot { return &c.http_server.trusted_proxies; },
     .description = "Proxies in front of the server, as addresses or networks such as "
                    "`10.0.0.0/8`, whose `X-Forwarded-For` is believed: it says whose connection "
                    "counts for the limits of an address. From anybody else it is not.",
     .range = {0, 100},
     .change = on_reload},
    {.path = "storage.path",
     .slot = [](configuration& c) -> option_slot { return &c.storage.path; },
     .description = "The data directory. Created on first durable use, with access for its owner "
                    "only, and locked: one server at a time.",
     .range = {1, 4096}},
    {.path = "log.level",
     .slot = [](configuration& c) -> option_slot { return &c.log.level; },
     .description = "The least severe messages to log.",
     .change = on_reload,
     .choices = "trace debug info warn error fatal none"},
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
     .description = "As in `client.token`, for subscription tokens."},
    {.path = "client.subscription_token.issuer",
     .slot = [](configuration& c) -> option_slot { return &c.client.subscription_token.issuer; },
     .description = "As in `client.token`, for subscription tokens."},
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
     .slot =
         [](configuration& c) -> option_slot { return &c.client.recovery_max_publication_limit; },
     .description = "The most publications recovered by a subscription; a client that missed more "
                    "is told so.",
     .range = {1, 100'000},
     .change = on_reload},
    {.path = "websocket.compression",
     .slot = [](configuration& c) -> option_slot { return &c.websocket.compression; },
     .description = "Messages on a WebSocket are compressed (permessage-deflate) for clients that "
                    "offer it. Saves bandwidth, costs processor time for each publication."},
    {.path = "websocket.disabled",
     .slot = [](configuration& c) -> option_slot { return &c.websocket.disabled; },
     .description = "Clients may not connect by WebSocket.",
     .change = on_reload},
    {.path = "websocket.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.websocket.handler_prefix; },
     .description = "Path at which clients connect by WebSocket.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "websocket.message_size_limit",
     .slot = [](configuration& c) -> option_slot { return &c.websocket.message_size_limit; },
     .description = "Bytes of one message from a client; a longer one ends the connection with "
                    "code 1009.",
     .range = {1024, 16 * 1024 * 1024},
     .change = on_reload},
    {.path = "http_stream.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.http_stream.handler_prefix; },
     .description = "Path at which clients connect by HTTP stream.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "sse.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.sse.handler_prefix; },
     .description = "Path at which clients connect by server-sent events.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "emulation.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.emulation.handler_prefix; },
     .description = "Path to which clients of these two send their commands.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "http_stream.enabled",
     .slot = [](configuration& c) -> option_slot { return &c.http_stream.enabled; },
     .description = "Clients may connect by HTTP stream (`/connection/http_stream`), and then send "
                    "their commands to `/emulation`.",
     .change = on_reload},
    {.path = "sse.enabled",
     .slot = [](configuration& c) -> option_slot { return &c.sse.enabled; },
     .description = "Clients may connect by server-sent events (`/connection/sse`), and then send "
                    "their commands to `/emulation`.",
     .change = on_reload},
    {.path = "http_api.disabled",
     .slot = [](configuration& c) -> option_slot { return &c.http_api.disabled; },
     .description = "There is no server HTTP API.",
     .change = on_reload},
    {.path = "http_api.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.http_api.handler_prefix; },
     .description = "Path below which the methods of the server HTTP API are.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "http_api.error_mode",
     .slot = [](configuration& c) -> option_slot { return &c.http_api.error_mode; },
     .description = "`transport`: errors of the server HTTP API are HTTP statuses too, as if every "
                    "caller asked for it with `X-Centrifugo-Error-Mode`. Empty: only for who asks.",
     .range = {0, 16},
     .change = on_reload},
    {.path = "health.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.health.handler_prefix; },
     .description = "Path of health, below which are `/live` and `/ready`.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "prometheus.handler_prefix",
     .slot = [](configuration& c) -> option_slot { return &c.prometheus.handler_prefix; },
     .description = "Path of the metrics.",
     .range = {2, 255},
     .change = on_reload},
    {.path = "node.name",
     .slot = [](configuration& c) -> option_slot { return &c.node.name; },
     .description = "How the server calls itself. Empty: by its host and port.",
     .range = {0, 255}},
    {.path = "http_api.key",
     .slot = [](configuration& c) -> option_slot { return &c.http_api.key; },
     .description =
         "Key that callers of the server HTTP API present. Empty: every call is refused.",
     .change = on_reload,
     .secret = true},
    {.path = "http_api.insecure",
     .slot = [](configuration& c) -> option_slot { return &c.http_api.insecure; },
     .description = "The server HTTP API asks for no key. For development only."},
    {.path = "rpc.namespace_boundary",
     .slot = [](configuration& c) -> option_slot { return &c.rpc.namespace_boundary; },
     .description = "Ends the namespace in the method of a call: `bank:pay` is in `bank`.",
     .range = {1, 4}},
    {.path = "rpc.without_namespace.proxy_enabled",
     .slot = [](configuration& c) -> option_slot { return &c.rpc.without_namespace.proxy_enabled; },
     .description = "The application answers calls whose method has no namespace; those of a "
                    "namespace where a section of the list `rpc.namespaces`, with its `name`, says "
                    "so. A call that nobody answers is refused with error 104, and with 108 where "
                    "no calls are answered at all."},
    {.path = "shutdown.timeout",
     .slot = [](configuration& c) -> option_slot { return &c.shutdown.timeout; },
     .description = "How long a stopping server waits for what is under way.",
     .range = {100, hour_ms},
     .change = on_reload},
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
     .description = "Begins the list of users in a channel's name: `room#alice,bob` admits two.",
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

using enum unsupported_option::refused_when;

constexpr std::string_view no_such_transport =
    "clients connect by WebSocket, HTTP stream or server-sent events";
constexpr std::string_view one_node = "this version runs as one node";
constexpr std::string_view no_client_certificates =
    "ask for client certificates in a proxy in front of the server";

constexpr unsupported_option unsupported_table[] = {
    {"engine.type", not_memory, one_node},
    {"broker.enabled", on, one_node},
    {"presence_manager.enabled", on, one_node},
    {"uni_websocket.enabled", on, no_such_transport},
    {"uni_http_stream.enabled", on, no_such_transport},
    {"uni_sse.enabled", on, no_such_transport},
    {"uni_grpc.enabled", on, no_such_transport},
    {"webtransport.enabled", on, no_such_transport},
    {"grpc_api.enabled", on, "use the server HTTP API"},
    {"http_server.tls.cert_pem_b64", given, "give it as http_server.tls.cert_pem"},
    {"http_server.tls.key_pem_b64", given, "give it as http_server.tls.key_pem"},
    {"http_server.tls.client_ca_pem", given, no_client_certificates},
    {"http_server.tls.client_ca_pem_b64", given, no_client_certificates},
    {"http_server.tls.client_ca_pem_file", given, no_client_certificates},
    {"http_server.tls_autocert.enabled", on,
     "have an ACME client write http_server.tls.cert_pem_file and send SIGHUP"},
    {"http_server.internal_tls.enabled", on,
     "http_server.tls is for both listeners unless http_server.tls_external"},
    {"http_server.http3.enabled", on, "end HTTP/3 in a proxy in front of the server"},
    {"proxies", given, "one address for each event: channel.proxy and rpc.proxy"},
    {"consumers", given, "publish through the server HTTP API"},
};

}  // namespace

std::span<const server_option> server_options() {
  static const std::vector<server_option> all = [] {
    std::vector<server_option> rows(std::begin(server_table), std::end(server_table));
    const auto proxies = proxy_option_table();
    rows.insert(rows.end(), proxies.begin(), proxies.end());
    return rows;
  }();
  return all;
}
std::span<const channel_option> channel_option_table() {
  return channel_table;
}
std::span<const unsupported_option> unsupported_options() {
  return unsupported_table;
}

std::vector<std::string> known_paths() {
  std::vector<std::string> paths;
  for (const server_option& row : server_options()) paths.emplace_back(row.path);
  for (const channel_option& row : channel_table) {
    paths.push_back(std::string(without_namespace_path) + '.' + std::string(row.path));
  }
  paths.emplace_back(namespaces_path);
  paths.emplace_back(rpc_namespaces_path);
  for (const unsupported_option& row : unsupported_table) paths.emplace_back(row.path);
  return paths;
}

std::string environment_name(std::string_view path) {
  std::string name = "TROUPE_";
  for (const char c : path) {
    name += c == '.' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string_view type_name(const option_slot& slot) {
  constexpr std::array<std::string_view, 6> names = {"boolean", "integer",  "integer",
                                                     "text",    "duration", "list of texts"};
  static_assert(names.size() == std::variant_size_v<option_slot>);
  return names[slot.index()];
}

std::string value_text(const option_slot& slot) {
  return std::visit(
      []<typename T>(const T* value) -> std::string {
        if constexpr (std::is_same_v<T, bool>) {
          return *value ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return quote(*value);
        } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
          return quote(format_duration(*value));
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          std::string text = "[";
          for (const std::string& item : *value) {
            if (text.size() > 1) text += ", ";
            text += quote(item);
          }
          return text + "]";
        } else {
          return std::to_string(*value);
        }
      },
      slot);
}

}  // namespace troupe::core
