#include "services/hub/router.hpp"

#include <algorithm>
#include <utility>

#include "services/hub/client.hpp"

namespace troupe::hub {

router::router(const context& shared, std::vector<ref<fanout>> fanouts)
    : shared_(shared), fanouts_(std::move(fanouts)) {}

ref<channel> router::on(open_channel message) {
  auto [place, is_new] = channels_.try_emplace(message.name);
  if (is_new) {
    const spawn_options options{.mailbox_capacity = channel::mailbox_capacity,
                                .on_failure = {.restarts_max = channel_restarts_max,
                                               .window = channel_restart_window,
                                               .when_exceeded = directive::stop}};
    place->second = spawn<channel>(options, message.name, std::cref(*message.options),
                                   std::cref(shared_), self(), fanouts_);
    channel_names_.emplace(place->second.id(), std::move(message.name));
    monitor(place->second);
  }
  return place->second;
}

void router::on(retire message) {
  const auto place = channels_.find(message.name);
  if (place == channels_.end() || place->second != message.who) return;
  channels_.erase(place);
  channel_names_.erase(message.who.id());
  message.who.stop();
}

enter::reply router::on(enter message) {
  const auto& rules = shared_.configuration().client;
  const connection& one = message.who;
  if (!one.user.empty()) {
    const std::size_t most = rules.user_connection_limit;
    if (most > 0 && connections_.of_user(one.user) >= most) {
      return std::unexpected(protocol::disconnects::connection_limit);
    }
    const auto& personal = rules.subscribe_to_user_personal_channel;
    if (personal.enabled && personal.single_connection) {
      constexpr auto why = protocol::disconnects::connection_limit;
      on(route{.to = {.user = one.user.text()},
               .except = {},
               .what = end_client{why.code, std::string(why.reason)}});
    }
  }
  monitor(one.who);
  const std::uint64_t actor = one.who.id();
  connections_.insert(actor, std::move(message.who));
  return {};
}

std::vector<connection> router::on(find_connections message) const {
  std::vector<connection> found;
  for (const connection* each : connections_.matching(message.of)) found.push_back(*each);
  return found;
}

hub_figures router::on(count_clients) {
  return {.clients = connections_.size(),
          .users = connections_.user_count(),
          .channels = channels_.size()};
}

list_channels::reply router::on(list_channels) {
  return {channels_.begin(), channels_.end()};
}

// ---- orders ------------------------------------------------------------------------------------

routing_decision router::on(route message) {
  routing_decision decision;
  for (const connection* each : connections_.matching(message.to)) {
    if (std::ranges::find(message.except, each->id.text()) != message.except.end()) continue;
    switch (hand(*each, message.what)) {
      case handed::delivered:
        decision.delivered_to.push_back(each->id);
        break;
      case handed::queued:
        decision.queued.push_back(each->id);
        break;
      case handed::lost:
        break;
    }
  }
  return decision;
}

tell_status router::tell(const connection& one, const order& what) {
  return std::visit([&](const auto& message) { return one.who.tell(message); }, what);
}

router::handed router::hand(const connection& one, const order& what) {
  const std::uint64_t actor = one.who.id();
  if (const auto waiting = kept_.find(actor); waiting != kept_.end()) {
    if (waiting->second.size() == orders_kept_max) {
      one.who.stop();
      return handed::lost;
    }
    waiting->second.push_back(what);
    return handed::queued;
  }
  const tell_status status = tell(one, what);
  if (status == tell_status::accepted) return handed::delivered;
  if (status != tell_status::mailbox_full) return handed::lost;  // it is gone
  if (kept_.empty()) send_after(hand_over_after, hand_over{});
  kept_[actor].push_back(what);
  return handed::queued;
}

void router::on(hand_over) {
  for (auto waiting = kept_.begin(); waiting != kept_.end();) {
    const connection* one = connections_.find(waiting->first);
    std::deque<order>& orders = waiting->second;
    while (one && !orders.empty() && tell(*one, orders.front()) != tell_status::mailbox_full) {
      orders.pop_front();
    }
    const bool is_done = !one || orders.empty();
    waiting = is_done ? kept_.erase(waiting) : std::next(waiting);
  }
  if (!kept_.empty()) send_after(hand_over_after, hand_over{});
}

void router::on(terminated message) {
  if (connections_.erase(message.who)) {
    kept_.erase(message.who);
    return;
  }
  // A channel that was retired has been forgotten before.
  const auto known = channel_names_.find(message.who);
  if (known == channel_names_.end()) return;
  shared_.log.error("channel stopped after too many failures", {{"channel", known->second.text()}});
  channels_.erase(known->second);
  channel_names_.erase(known);
}

}  // namespace troupe::hub
