#include "services/hub/router.hpp"

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

void router::on(enter message) {
  ++connections_of_users_[message.user];
  users_of_clients_.emplace(message.who.id(), std::move(message.user));
  monitor(message.who);
}

hub_figures router::on(count_clients) {
  return {.clients = users_of_clients_.size(),
          .users = connections_of_users_.size(),
          .channels = channels_.size()};
}

list_channels::reply router::on(list_channels) {
  return {channels_.begin(), channels_.end()};
}

void router::on(terminated message) {
  if (const auto client = users_of_clients_.find(message.who); client != users_of_clients_.end()) {
    const auto user = connections_of_users_.find(client->second);
    if (--user->second == 0) connections_of_users_.erase(user);
    users_of_clients_.erase(client);
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
