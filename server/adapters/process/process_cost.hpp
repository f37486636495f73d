// process_cost.hpp — reads what this process costs from the kernel.
#pragma once

#include "core/process_cost.hpp"

namespace troupe::adapters {

/// Any thread. What the kernel does not tell is 0.
[[nodiscard]] core::process_cost measure_process();

}  // namespace troupe::adapters
