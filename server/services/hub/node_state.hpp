// node_state.hpp — the server as it is at the moment of a call of the server API.
#pragma once

#include <string>

#include <troupe/clock.hpp>

#include "core/process_cost.hpp"

namespace troupe::hub {

struct node_state {
  std::string name;
  wall_time now{};
  duration uptime{};
  core::process_cost (*measure)() = nullptr;  // null: it is not known. Any thread
};

}  // namespace troupe::hub
