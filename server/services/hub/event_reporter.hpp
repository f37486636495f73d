// event_reporter.hpp — tells the application of events, each at least once: until it has answered
// with a status of success, an event is sent again, after pauses that grow from 100 ms to 30 s.
//
// One event after the other: what comes meanwhile waits in the mailbox, in order. When that is full
// the newest event is dropped, counted and logged. What waits is in memory: it survives an
// application that is away, not the end of the server.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <troupe/actor.hpp>

#include "core/configuration.hpp"
#include "core/counters.hpp"
#include "core/log.hpp"
#include "ports/http_client.hpp"
#include "services/hub/application_caller.hpp"

namespace troupe::hub {

/// To be told, not asked: nobody waits for it.
struct report_event {
  const core::proxy_options* proxy;  // of the configuration
  std::string body;
  http_headers headers;
};

/// Answered when everything that was told before has been reported.
struct flush_events {
  using reply = void;
};

class event_reporter final : public actor {
 public:
  static constexpr std::uint32_t mailbox_capacity = 16'384;
  static constexpr std::chrono::milliseconds pause_min{100};
  static constexpr std::chrono::milliseconds pause_max{30'000};

  event_reporter(ports::http_client& http, core::log& log, core::counters& counters)
      : http_(http), log_(log), counters_(counters) {}

  task<> on(report_event message);
  void on(flush_events) {}

 private:
  ports::http_client& http_;
  core::log& log_;
  core::counters& counters_;
};

}  // namespace troupe::hub
