// option_table_parts.hpp — the parts that the table of server_options() is put together from, one
// file each. For that table only; everybody else asks it.
#pragma once

#include <cstdint>
#include <span>

#include "core/option_table.hpp"

namespace troupe::core {

inline constexpr std::int64_t hour_ms = 3'600'000;

/// http_server, storage and log.
[[nodiscard]] std::span<const server_option> listening_options();
/// client.
[[nodiscard]] std::span<const server_option> client_options();
/// What is served at which path, and how it ends: from websocket to shutdown.
[[nodiscard]] std::span<const server_option> endpoint_options();
/// channel, but for the options of namespaces.
[[nodiscard]] std::span<const server_option> channel_naming_options();

}  // namespace troupe::core
