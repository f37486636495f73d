// proxy_table.hpp — the options of the proxies, the same few for each event. A part of the table of
// options; see option_table.hpp.
#pragma once

#include <span>

#include "core/option_table.hpp"

namespace troupe::core {

/// Of client.proxy.…, channel.proxy.… and rpc.proxy.
[[nodiscard]] std::span<const server_option> proxy_option_table();

/// Calls visit(path, options) for each proxy: "client.proxy.connect".
template <class Configuration, class Visitor>
void for_each_proxy(Configuration& c, Visitor visit) {
  visit("client.proxy.connect", c.client.proxy.connect);
  visit("client.proxy.refresh", c.client.proxy.refresh);
  visit("client.proxy.disconnect", c.client.proxy.disconnect);
  visit("channel.proxy.subscribe", c.channel.proxy.subscribe);
  visit("channel.proxy.publish", c.channel.proxy.publish);
  visit("channel.proxy.sub_refresh", c.channel.proxy.sub_refresh);
  visit("channel.proxy.unsubscribe", c.channel.proxy.unsubscribe);
  visit("rpc.proxy", c.rpc.proxy);
}

}  // namespace troupe::core
