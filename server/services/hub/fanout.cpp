#include "services/hub/fanout.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "services/hub/channel.hpp"
#include "services/hub/client.hpp"

namespace troupe::hub {

std::vector<subscriber>::iterator fanout::find(group& in, std::uint64_t client_actor) {
  return std::ranges::lower_bound(in.members, client_actor, {},
                                  [](const subscriber& each) { return each.connection.id(); });
}

void fanout::on(attach message) {
  const std::uint64_t client_actor = message.who.connection.id();
  const bool accepted = message.who.connection.tell(subscribed{
                            message.who.number, message.command_id, std::move(message.result),
                            std::move(message.start)}) == tell_status::accepted;
  if (!accepted) {
    // It is gone, or so slow that it cannot be told: either way it is no subscriber.
    message.who.connection.stop();
    tell_left({message.from, message.who.info->client, message.who.number});
    return;
  }
  group& in = groups_[message.name];
  in.from = message.from;
  if (watched_channels_.try_emplace(in.from.id(), message.name).second) monitor(in.from);
  const auto place = find(in, client_actor);
  if (place != in.members.end() && place->connection.id() == client_actor) {
    *place = std::move(message.who);
    return;
  }
  in.members.insert(place, message.who);
  ++subscriptions_;
  const auto [known, is_new] = channels_of_client_.try_emplace(client_actor);
  known->second.push_back(message.name);
  if (is_new) monitor(message.who.connection);
}

void fanout::on(detach message) {
  const auto where = groups_.find(message.name);
  if (where == groups_.end()) return;
  const auto who = find(where->second, message.client_actor);
  if (who == where->second.members.end() || who->connection.id() != message.client_actor ||
      who->number != message.number) {
    return;
  }
  // The list of a client that has no subscriptions stays: it is monitored, and may get others.
  std::erase(channels_of_client_[message.client_actor], message.name);
  drop(where, who);
}

void fanout::drop(groups::iterator where, std::vector<subscriber>::iterator who) {
  departure gone{where->second.from, who->info->client, who->number};
  where->second.members.erase(who);
  --subscriptions_;
  if (where->second.members.empty()) groups_.erase(where);
  tell_left(std::move(gone));
}

void fanout::on(broadcast message) {
  const auto where = groups_.find(message.name);
  if (where == groups_.end()) return;
  std::array<std::uint64_t, core::transports.size()> delivered{};
  for (const subscriber& each : where->second.members) {
    if (message.to == broadcast::audience::wants_join_leave && !each.wants_join_leave) continue;
    const tell_status status = each.connection.tell(delivery{each.number, message.push});
    if (status == tell_status::accepted) {
      ++delivered[std::to_underlying(transport_of(each.format))];
    }
    // A client that has no room for a message is too slow to keep; its end is heard of later.
    if (status == tell_status::mailbox_full) each.connection.stop();
  }
  if (message.push->what == encoded_push::kind::position_check) return;  // nothing is transmitted
  for (const core::transport each : core::transports) {
    const std::uint64_t count = delivered[std::to_underlying(each)];
    if (count == 0) continue;
    shared_.counters.deliveries.add(count);
    shared_.counters.messages_sent.of(each).add(count);
  }
}

std::vector<subscriber> fanout::on(list_attached message) {
  const auto where = groups_.find(message.name);
  return where == groups_.end() ? std::vector<subscriber>{} : where->second.members;
}

void fanout::on(terminated message) {
  if (const auto client = channels_of_client_.extract(message.who)) {
    client_is_gone(client.mapped(), message.who);
  } else if (const auto channel = watched_channels_.extract(message.who)) {
    channel_is_gone(channel.mapped(), message.who);
  }
}

void fanout::client_is_gone(const std::vector<core::channel_name>& subscribed_to,
                            std::uint64_t actor) {
  for (const core::channel_name& name : subscribed_to) {
    const auto where = groups_.find(name);
    if (where == groups_.end()) continue;
    const auto who = find(where->second, actor);
    if (who != where->second.members.end() && who->connection.id() == actor) drop(where, who);
  }
}

void fanout::channel_is_gone(const core::channel_name& name, std::uint64_t actor) {
  const auto where = groups_.find(name);
  if (where == groups_.end() || where->second.from.id() != actor) return;
  for (const subscriber& each : where->second.members) {
    std::erase(channels_of_client_[each.connection.id()], name);
    const tell_status status =
        each.connection.tell(unsubscribed{each.number, protocol::unsubscribes::insufficient_state});
    if (status == tell_status::mailbox_full) each.connection.stop();
  }
  subscriptions_ -= where->second.members.size();
  groups_.erase(where);
}

void fanout::tell_left(departure gone) {
  if (gone.from.tell(left{gone.client, gone.number}) != tell_status::mailbox_full) return;
  if (departures_.empty()) send_after(tell_again_after, tell_again{});
  departures_.push_back(std::move(gone));
}

void fanout::on(tell_again) {
  for (departure& gone : std::exchange(departures_, {})) tell_left(std::move(gone));
}

}  // namespace troupe::hub
