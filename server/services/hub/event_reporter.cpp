#include "services/hub/event_reporter.hpp"

#include <algorithm>

namespace troupe::hub {

namespace {
constexpr unsigned success_min = 200;
constexpr unsigned success_max = 299;
}  // namespace

task<> event_reporter::on(report_event message) {
  for (duration pause = pause_min;; pause = std::min<duration>(2 * pause, pause_max)) {
    const auto answer =
        co_await http_.send(make_request(*message.proxy, message.body, message.headers));
    if (answer && answer->status >= success_min && answer->status <= success_max) {
      counters_.events_reported.add();
      co_return;
    }
    log_.warn(
        "event not reported yet",
        {{"endpoint", message.proxy->endpoint},
         {"reason", answer ? "its status is no success" : ports::describe(answer.error().code)}});
    // Spread, so that reporters do not come back together.
    const auto spread = static_cast<std::uint64_t>(pause.count() / 2 + 1);
    if (!co_await sleep(pause / 2 + duration(random().below(spread)))) co_return;
  }
}

}  // namespace troupe::hub
