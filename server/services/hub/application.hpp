// application.hpp — how the hub reaches the application that its operator has behind it: questions
// about what a client may do, and events that it is told of.
//
// Questions go to a pool of callers, so that so many are under way at once and a bounded number
// waits. Events go to a few keepers, by the client they are about: of one client they arrive in
// their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <troupe/pool.hpp>

#include "core/configuration.hpp"
#include "services/hub/application_caller.hpp"
#include "services/hub/context.hpp"
#include "services/hub/event_keeper.hpp"

namespace troupe::hub {

struct application {
  static constexpr std::uint32_t callers = 64;
  static constexpr std::uint32_t lanes = 8;

  /// Whether the configuration has it asked, and told, anything.
  static bool is_asked(const core::configuration& configuration);
  static bool is_told(const core::configuration& configuration);

  std::optional<pool<application_caller>> asked;  // empty: nothing is asked
  std::vector<ref<event_keeper>> told;            // by lane; empty: nothing is told

  /// The keeper for this client; one must be told.
  const ref<event_keeper>& keeper_for(std::string_view client) const;
};

}  // namespace troupe::hub
