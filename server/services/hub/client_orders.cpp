// What a client does when the application, or the hub, orders it; see orders.hpp.
#include <algorithm>
#include <utility>
#include <vector>

#include "services/hub/answers.hpp"
#include "services/hub/client.hpp"

namespace troupe::hub {

namespace disconnects = protocol::disconnects;

void client::on(end_client message) {
  if (!closed_) disconnect({message.code, message.reason});
}

void client::on(end_subscriptions message) {
  if (closed_) return;
  if (state_ != state::connected) return keep_for_later(order(std::move(message)));
  std::vector<subscription_number> meant;
  for (const auto& [number, mine] : subscriptions_) {
    if (message.name.empty() || mine.name == message.name) meant.push_back(number);
  }
  std::ranges::sort(meant);  // as they began
  for (const subscription_number number : meant) {
    subscription& mine = subscriptions_.at(number);
    if (mine.established) {
      end_subscription(number, protocol::unsubscribes::server);
    } else {
      mine.ends_at_once = true;
    }
  }
}

void client::on(add_subscription message) {
  if (closed_) return;
  if (state_ != state::connected) return keep_for_later(order(std::move(message)));
  const std::string& channel = message.what.name.text();
  if (numbers_.contains(channel)) return;
  const auto& rules = shared_.configuration();
  if (subscriptions_.size() >= rules.client.channel_limit) {
    return disconnect(disconnects::channel_limit);
  }
  const auto options = find_options(channel, rules.channel);
  if (!options) return;  // the application has been told
  begin_server_side(std::move(message.what), **options);
}

void client::on(refresh_client message) {
  if (closed_) return;
  if (state_ != state::connected) return keep_for_later(order(std::move(message)));
  if (message.expired || (message.ends && *message.ends <= wall_seconds())) {
    return disconnect(disconnects::connection_expired);
  }
  if (!message.info.empty()) info_ = std::move(message.info);
  ttl_s_.reset();
  if (message.ends) ttl_s_ = seconds_until(*message.ends, wall_seconds());
  schedule_expiry();
  send({0, protocol::push{{}, protocol::refresh_push{ttl_s_.has_value(), ttl_s_.value_or(0)}}});
}

}  // namespace troupe::hub
