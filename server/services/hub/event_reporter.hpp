// event_reporter.hpp — tells the application of the events of one lane, each at least once: until
// it has answered with a status of success, an event is sent again, after pauses that grow from 100
// ms to 30 s. One after the other, in their order.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <troupe/actor.hpp>

#include "core/counters.hpp"
#include "core/live_configuration.hpp"
#include "core/log.hpp"
#include "ports/event_log.hpp"
#include "ports/http_client.hpp"

namespace troupe::hub {

/// There is something in the log.
struct report_what_is_kept {};

/// Answered when everything that was in the log before has been reported.
struct flush_events {
  using reply = void;
};

class event_reporter final : public actor {
 public:
  static constexpr std::chrono::milliseconds pause_min{100};
  static constexpr std::chrono::milliseconds pause_max{30'000};
  /// Read, and removed, together: as many may come twice after a crash.
  static constexpr std::size_t page_events_max = 16;

  event_reporter(std::uint32_t lane, const core::live_configuration& configuration,
                 ports::event_log& events, ports::http_client& http, core::log& log,
                 core::counters& counters)
      : lane_(lane),
        configuration_(configuration),
        events_(events),
        http_(http),
        log_(log),
        counters_(counters) {}

  task<> on(report_what_is_kept);
  void on(flush_events) {}

 private:
  /// False: this actor is stopping.
  task<bool> report(ports::event what);
  task<bool> pause_after(duration& pause);

  const std::uint32_t lane_;
  const core::live_configuration& configuration_;
  ports::event_log& events_;
  ports::http_client& http_;
  core::log& log_;
  core::counters& counters_;
};

}  // namespace troupe::hub
