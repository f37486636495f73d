#include "core/option_table_parts.hpp"

namespace troupe::core {
namespace {

using enum applies;

constexpr server_option endpoint_table[] = {
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
};

}  // namespace

std::span<const server_option> endpoint_options() {
  return endpoint_table;
}

}  // namespace troupe::core
