// event_keeper.hpp — takes the events of one lane that the application shall be told of, keeps them
// in the event log, and has its reporter tell them. What is in the log comes again after a restart,
// of the hub and, as far as the log is durable, of the server.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include <troupe/actor.hpp>

#include "core/configuration.hpp"
#include "core/counters.hpp"
#include "core/log.hpp"
#include "ports/event_log.hpp"
#include "ports/http_client.hpp"
#include "services/hub/event_reporter.hpp"

namespace troupe::hub {

/// To be told, not asked: nobody waits for it. Not taken, or not kept because the log is full: it
/// is dropped, counted and logged.
struct report_event {
  ports::event what;
};

class event_keeper final : public actor {
 public:
  static constexpr std::uint32_t mailbox_capacity = 65'536;
  static constexpr std::uint32_t batch_events_max = 256;
  static constexpr std::chrono::milliseconds batch_within{5};

  /// What it is given outlives it.
  event_keeper(std::uint32_t lane, const core::live_configuration& configuration,
               ports::event_log& events, ports::http_client& http, core::log& log,
               core::counters& counters);

  task<> on_batch(std::span<report_event> reports);
  /// Answered when the application has been told of everything that came before.
  task<> on(flush_events);

 private:
  const std::uint32_t lane_;
  ports::event_log& events_;
  core::log& log_;
  core::counters& counters_;
  ref<event_reporter> reporter_;
};

}  // namespace troupe::hub
