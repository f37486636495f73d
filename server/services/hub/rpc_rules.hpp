// rpc_rules.hpp — which calls of clients the application answers. Pure functions.
#pragma once

#include <string_view>

#include "core/configuration.hpp"

namespace troupe::hub {

/// Whether the application answers any call at all.
[[nodiscard]] bool serves_calls(const core::configuration::rpc_section& rules);

/// The options of the namespace a method is in; null: it is not configured, or the method is one of
/// the built-in services' (`troupe.…`), which the application is never asked.
[[nodiscard]] const core::rpc_options* find_rpc_options(
    std::string_view method, const core::configuration::rpc_section& rules);

}  // namespace troupe::hub
