#include "services/hub/event_keeper.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace troupe::hub {

event_keeper::event_keeper(std::uint32_t lane, const core::live_configuration& configuration,
                           ports::event_log& events, ports::http_client& http, core::log& log,
                           core::counters& counters)
    : lane_(lane), events_(events), log_(log), counters_(counters) {
  reporter_ = spawn<event_reporter>(lane, std::cref(configuration), std::ref(events),
                                    std::ref(http), std::ref(log), std::ref(counters));
  reporter_.tell(report_what_is_kept{});  // of an earlier run
}

task<> event_keeper::on_batch(std::span<report_event> reports) {
  std::vector<ports::event> events;
  events.reserve(reports.size());
  for (report_event& each : reports) events.push_back(std::move(each.what));
  const std::size_t count = events.size();
  const auto kept = co_await events_.append(lane_, std::move(events));
  if (!kept) {
    counters_.events_dropped.add(count);
    log_.error("events dropped", {{"count", count},
                                  {"reason", kept.error() == ports::event_log_errc::full
                                                 ? "too many wait for the application"
                                                 : "they could not be stored"}});
    co_return;
  }
  reporter_.tell(report_what_is_kept{});  // refused: so much of that waits already
}

task<> event_keeper::on(flush_events) {
  // The asker's deadline is the one that counts: it stops this actor then.
  co_await reporter_.ask(flush_events{}, std::chrono::hours(1));
}

}  // namespace troupe::hub
