#include "services/hub/application.hpp"

#include <algorithm>
#include <functional>

namespace troupe::hub {
namespace {

bool asks(const core::configuration& c) {
  const auto in_channels = [](const core::channel_options& each) {
    return each.subscribe_proxy_enabled || each.publish_proxy_enabled ||
           each.sub_refresh_proxy_enabled;
  };
  const auto in_calls = [](const core::rpc_namespace& each) { return each.options.proxy_enabled; };
  return c.client.proxy.connect.enabled || c.client.proxy.refresh.enabled ||
         c.rpc.without_namespace.proxy_enabled || std::ranges::any_of(c.rpc.namespaces, in_calls) ||
         in_channels(c.channel.without_namespace) ||
         std::ranges::any_of(c.channel.namespaces, in_channels, &core::channel_namespace::options);
}

bool tells(const core::configuration& c) {
  return c.client.proxy.disconnect.enabled ||
         c.channel.without_namespace.unsubscribe_proxy_enabled ||
         std::ranges::any_of(c.channel.namespaces, [](const core::channel_namespace& each) {
           return each.options.unsubscribe_proxy_enabled;
         });
}

}  // namespace

application application::make(actor& owner, const core::configuration& configuration,
                              ports::http_client& http, core::log& log, core::counters& counters) {
  application made;
  if (asks(configuration)) {
    made.asked.emplace(
        owner,
        pool_options{.size = callers,
                     .routing = pool_routing::least_loaded,
                     .worker = {.mailbox_capacity = application_caller::mailbox_capacity,
                                .on_failure = {.when_exceeded = directive::stop}}},
        std::ref(http), std::ref(log));
  }
  if (tells(configuration)) {
    made.told.emplace(owner,
                      pool_options{.size = reporters,
                                   .worker = {.mailbox_capacity = event_reporter::mailbox_capacity,
                                              .on_failure = {.when_exceeded = directive::stop}}},
                      std::ref(http), std::ref(log), std::ref(counters));
  }
  return made;
}

}  // namespace troupe::hub
