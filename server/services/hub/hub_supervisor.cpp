#include "services/hub/hub_supervisor.hpp"

#include <utility>

#include "services/hub/api_call.hpp"

namespace troupe::hub {

hub_supervisor::hub_supervisor(const context& shared, std::uint32_t worker_count)
    : shared_(shared) {
  // Their state cannot be had again by a restart of their own: see the top of the header.
  const supervision together{.decide = [](const failure&) { return directive::escalate; }};
  for (std::uint32_t worker = 0; worker < worker_count; ++worker) {
    directory_.fanouts.push_back(spawn<fanout>(
        spawn_options{
            .mailbox_capacity = fanout::mailbox_capacity, .worker = worker, .on_failure = together},
        std::cref(shared)));
  }
  directory_.routing = spawn<router>(
      spawn_options{.mailbox_capacity = router::mailbox_capacity, .on_failure = together},
      std::cref(shared), directory_.fanouts);
  reach_application();
  directory_.connection_keys = spawn_fetcher(shared_.connection_key_endpoint);
  directory_.subscription_keys =
      shared_.subscription_key_endpoint == shared_.connection_key_endpoint
          ? directory_.connection_keys
          : spawn_fetcher(shared_.subscription_key_endpoint);
  send_every(sweep_period, sweep_history{});
}

void hub_supervisor::reach_application() {
  const core::configuration& configuration = shared_.configuration();
  if (!shared_.http) return;
  if (application::is_asked(configuration)) {
    directory_.outside.asked.emplace(
        *this,
        pool_options{.size = application::callers,
                     .routing = pool_routing::least_loaded,
                     .worker = {.mailbox_capacity = application_caller::mailbox_capacity,
                                .on_failure = {.when_exceeded = directive::stop}}},
        std::ref(*shared_.http), std::ref(shared_.log));
  }
  if (!shared_.events || !application::is_told(configuration)) return;
  for (std::uint32_t lane = 0; lane < application::lanes; ++lane) {
    directory_.outside.told.push_back(spawn<event_keeper>(
        spawn_options{.mailbox_capacity = event_keeper::mailbox_capacity,
                      .batch = {.messages_max = event_keeper::batch_events_max,
                                .within = event_keeper::batch_within}},
        lane, std::cref(shared_.live_configuration), std::ref(*shared_.events),
        std::ref(*shared_.http), std::ref(shared_.log), std::ref(shared_.counters)));
  }
}

ref<key_fetcher> hub_supervisor::spawn_fetcher(const key_endpoint* endpoint) {
  if (!endpoint || !shared_.http) return {};
  return spawn<key_fetcher>(spawn_options{.mailbox_capacity = key_fetcher::mailbox_capacity},
                            std::cref(*endpoint), std::ref(*shared_.http), std::ref(shared_.log));
}

task<hub_figures> hub_supervisor::on(get_figures) {
  constexpr std::chrono::seconds within{1};
  hub_figures figures;
  if (const auto counted = co_await directory_.routing.ask(count_clients{}, within)) {
    figures = *counted;
  }
  for (std::size_t worker = 0; worker < directory_.fanouts.size(); ++worker) {
    const auto counted = co_await directory_.fanouts[worker].ask(count_subscriptions{}, within);
    if (counted) figures.subscriptions += *counted;
  }
  co_return figures;
}

ref<api_call> hub_supervisor::on(start_call message) {
  return spawn<api_call>(temporary{}, std::cref(shared_), self(), std::move(message.node));
}

task<> hub_supervisor::on(flush_events) {
  for (const ref<event_keeper>& each : directory_.outside.told) {
    // The asker's deadline is the one that counts: it stops this actor then.
    co_await each.ask(flush_events{}, std::chrono::hours(1));
  }
}

void hub_supervisor::on(sweep_history) {
  shared_.history.sweep(now());
}

}  // namespace troupe::hub
