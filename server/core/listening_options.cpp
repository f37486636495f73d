#include "core/option_table_parts.hpp"

namespace troupe::core {
namespace {

using enum applies;

constexpr std::int64_t pem_bytes_max = 65536;

constexpr server_option listening_table[] = {
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
};

}  // namespace

std::span<const server_option> listening_options() {
  return listening_table;
}

}  // namespace troupe::core
