#include "services/hub/event_reporter.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/hub/application_caller.hpp"

namespace troupe::hub {

namespace {

constexpr unsigned success_min = 200;
constexpr unsigned success_max = 299;

const core::proxy_options& proxy_for(ports::event_kind kind, const core::configuration& c) {
  return kind == ports::event_kind::disconnect ? c.client.proxy.disconnect
                                               : c.channel.proxy.unsubscribe;
}

}  // namespace

task<> event_reporter::on(report_what_is_kept) {
  for (duration pause = pause_min;;) {
    auto page = co_await events_.read(lane_, page_events_max);
    if (!page) {
      log_.error("events not read", {{"lane", lane_}});
      if (!co_await pause_after(pause)) co_return;
      continue;
    }
    if (page->empty()) co_return;
    for (ports::kept_event& each : *page) {
      if (!co_await report(std::move(each.what))) co_return;
    }
    // If that fails they are told once more.
    if (!co_await events_.remove_through(lane_, page->back().id)) {
      log_.error("events not removed", {{"lane", lane_}});
      if (!co_await pause_after(pause)) co_return;
    }
  }
}

task<bool> event_reporter::report(ports::event what) {
  for (duration pause = pause_min;;) {
    // At each attempt: a reload may mend what it failed of.
    const core::proxy_options& proxy = proxy_for(what.kind, configuration_.current());
    if (proxy.endpoint.empty()) {  // kept by a run that was configured otherwise
      counters_.events_dropped.add();
      co_return true;
    }
    const auto answer = co_await http_.send(make_request(proxy, what.body, what.headers));
    if (answer && answer->status >= success_min && answer->status <= success_max) {
      counters_.events_reported.add();
      co_return true;
    }
    log_.warn(
        "event not reported yet",
        {{"endpoint", proxy.endpoint},
         {"reason", answer ? "its status is no success" : ports::describe(answer.error().code)}});
    if (!co_await pause_after(pause)) co_return false;
  }
}

// Spread, so that reporters do not come back together.
task<bool> event_reporter::pause_after(duration& pause) {
  const auto spread = static_cast<std::uint64_t>(pause.count() / 2 + 1);
  const duration length = pause / 2 + duration(random().below(spread));
  pause = std::min<duration>(2 * pause, pause_max);
  co_return co_await sleep(length);
}

}  // namespace troupe::hub
