// tryout.hpp — somebody tries the server on their own machine: what it offers then by itself.
#pragma once

#include "core/configuration.hpp"

namespace troupe::core {

/// No keys configured, no other way to let anybody in, and nobody else to reach the server.
[[nodiscard]] bool is_tried_out(const configuration& configuration);

/// What the page at / shows: rooms with history and who is there. Nothing where namespaces are
/// configured.
void add_demo_namespace(configuration& configuration);

}  // namespace troupe::core
