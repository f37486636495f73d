#include "core/option_table.hpp"

namespace troupe::core {
namespace {

constexpr std::string_view always_served = "it is always served";
constexpr std::string_view go_buffers = "buffers are managed by the server";
constexpr std::string_view from_outside = "this is for the tools around the server";

constexpr ignored_option ignored_table[] = {
    {"admin", "there is no such interface: metrics, health and the HTTP API tell what it shows"},
    {"health.enabled", always_served},
    {"prometheus.enabled", always_served},
    {"swagger", "the HTTP API is described in docs/reference/server-api.md"},
    {"debug", "there are no such endpoints"},
    {"dev", "the page at / is there on a loopback address without a secret"},
    {"usage_stats", "nothing is sent anywhere"},
    {"graphite", "metrics are there for Prometheus"},
    {"opentelemetry", "there are no traces yet"},
    {"pid_file", from_outside},
    {"log.file", from_outside},
    {"enable_unreleased_features", "there are none"},
    {"client.concurrency", "commands of a client are served in their order"},
    {"client.presence_update_interval", "presence follows the connections themselves"},
    {"node.info_metrics_aggregate_interval", "figures are those of the moment"},
    {"websocket.read_buffer_size", go_buffers},
    {"websocket.write_buffer_size", go_buffers},
    {"websocket.use_write_buffer_pool", go_buffers},
};

}  // namespace

std::span<const ignored_option> ignored_options() {
  return ignored_table;
}

}  // namespace troupe::core
