// handler_prefixes.hpp — paths that the operator has moved, or taken away.
#pragma once

#include <string>
#include <string_view>

#include "core/configuration.hpp"

namespace troupe::gateway {

/// The path by which find_route() knows what this request is for. A path that was moved elsewhere,
/// or is disabled, becomes one that leads nowhere.
[[nodiscard]] std::string usual_path(std::string_view path, const core::configuration& rules);

}  // namespace troupe::gateway
