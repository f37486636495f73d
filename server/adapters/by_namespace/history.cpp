#include "adapters/by_namespace/history.hpp"

#include <algorithm>
#include <utility>

#include "core/channel_address.hpp"

namespace troupe::by_namespace {

bool any_persistent(const core::configuration::channel_section& rules) {
  return rules.without_namespace.persistent ||
         std::ranges::any_of(rules.namespaces, [](const core::channel_namespace& each) {
           return each.options.persistent;
         });
}

history::history(ports::history& in_memory, ports::history& durable,
                 const core::configuration::channel_section& rules)
    : in_memory_(in_memory), durable_(durable), rules_(rules) {
  if (rules.without_namespace.persistent) persistent_.emplace();
  for (const core::channel_namespace& each : rules.namespaces) {
    if (each.options.persistent) persistent_.insert(each.name);
  }
}

ports::history& history::of(const core::channel_name& channel) const {
  const auto address = core::parse_channel(channel.text(), rules_);
  return address && persistent_.contains(address->namespace_name) ? durable_ : in_memory_;
}

task<std::expected<ports::append_result, ports::history_errc>> history::append(
    core::channel_name channel, protocol::publication publication, ports::history_limits limits,
    ports::append_conditions conditions, time_point now) {
  ports::history& to = of(channel);
  return to.append(std::move(channel), std::move(publication), limits, std::move(conditions), now);
}

task<std::expected<ports::history_page, ports::history_errc>> history::read(
    core::channel_name channel, ports::history_filter filter, ports::history_limits limits,
    time_point now) {
  ports::history& from = of(channel);
  return from.read(std::move(channel), filter, limits, now);
}

task<std::expected<void, ports::history_errc>> history::remove(core::channel_name channel,
                                                               time_point now) {
  ports::history& from = of(channel);
  return from.remove(std::move(channel), now);
}

void history::sweep(time_point now) {
  in_memory_.sweep(now);
  durable_.sweep(now);
}

}  // namespace troupe::by_namespace
