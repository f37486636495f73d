#include "services/hub/application.hpp"

#include <algorithm>
#include <cassert>

#include <troupe/shard.hpp>

namespace troupe::hub {

bool application::is_asked(const core::configuration& c) {
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

bool application::is_told(const core::configuration& c) {
  return c.client.proxy.disconnect.enabled ||
         c.channel.without_namespace.unsubscribe_proxy_enabled ||
         std::ranges::any_of(c.channel.namespaces, [](const core::channel_namespace& each) {
           return each.options.unsubscribe_proxy_enabled;
         });
}

const ref<event_keeper>& application::keeper_for(std::string_view client) const {
  assert(!told.empty());
  return told[shard_of(client, static_cast<std::uint32_t>(told.size()))];
}

}  // namespace troupe::hub
