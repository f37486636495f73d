// application.hpp — how the hub reaches the application that its operator has behind it: questions
// about what a client may do, and events that it is told of.
//
// Questions go to a pool of callers, so that so many are under way at once and a bounded number
// waits. Events go to a pool of reporters, by the client they are about: of one client they arrive
// in their order.
#pragma once

#include <cstdint>
#include <optional>

#include <troupe/pool.hpp>

#include "core/configuration.hpp"
#include "services/hub/application_caller.hpp"
#include "services/hub/event_reporter.hpp"

namespace troupe::hub {

struct application {
  static constexpr std::uint32_t callers = 64;
  static constexpr std::uint32_t reporters = 8;

  /// The pools that the configuration has a use for, below the actor that calls, on its turn.
  static application make(actor& owner, const core::configuration& configuration,
                          ports::http_client& http, core::log& log, core::counters& counters);

  std::optional<pool<application_caller>> asked;  // empty: nothing is asked
  std::optional<pool<event_reporter>> told;       // empty: nothing is told
};

}  // namespace troupe::hub
