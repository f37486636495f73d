// configuration_check.hpp — what no single option can be wrong about: the rules between options.
#pragma once

#include <string_view>
#include <vector>

#include "core/configuration_loader.hpp"

namespace troupe::core {

/// Names of the namespaces in which the services publish; an operator's may not be called so.
[[nodiscard]] bool is_reserved_namespace(std::string_view name);

/// Adds what is contradictory, unsafe or unusable to the errors and what is merely doubtful to the
/// warnings. Expects every option to be within its own range.
void check_configuration(const configuration& value, std::vector<configuration_finding>& errors,
                         std::vector<configuration_finding>& warnings);

}  // namespace troupe::core
