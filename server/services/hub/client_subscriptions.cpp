// The subscriptions of a client: beginning, passing deliveries on, ending.
#include <algorithm>
#include <utility>

#include "services/hub/answers.hpp"
#include "services/hub/client.hpp"

namespace troupe::hub {

namespace errors = protocol::errors;
namespace disconnects = protocol::disconnects;
using protocol::error;

const core::channel_options* client::options_of(std::uint32_t id, const std::string& channel) {
  if (channel.empty()) {
    disconnect(disconnects::bad_request);
    return nullptr;
  }
  const auto options = find_options(channel, shared_.configuration().channel);
  if (options) return *options;
  refuse(id, options.error());
  return nullptr;
}

asking client::standing_in(const std::string& channel) const {
  return {.user = user_.text(),
          .subscriber = numbers_.contains(channel),
          .insecure = shared_.configuration().client.insecure};
}

void client::serve_subscribe(std::uint32_t id, protocol::subscribe_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  if (numbers_.contains(request.channel)) return refuse(id, error(errors::already_subscribed));
  if (request.type != 0) return refuse(id, error(errors::not_available));
  if (!request.delta.empty() && request.delta != "fossil") {
    return disconnect(disconnects::bad_request);
  }
  if (subscriptions_.size() >= shared_.configuration().client.channel_limit) {
    return refuse(id, error(errors::limit_exceeded));
  }

  if (!request.token.empty()) {
    auto claims = claims_for(request.channel, request.token);
    if (closed_) return;
    if (!claims) return refuse(id, claims.error());
    return begin_subscription(id, std::move(request), *options, *std::move(claims));
  }
  const auto address = core::resolve_namespace(request.channel, shared_.configuration().channel);
  const bool is_open = !address->needs_token && !is_user_limited(*address, *options);
  if (options->subscribe_proxy_enabled && is_open) {
    return ask_to_subscribe(id, std::move(request), *options);
  }
  const auto allowed = may_subscribe(standing_in(request.channel), *address, *options,
                                     shared_.configuration().channel);
  if (!allowed) return refuse(id, allowed.error());
  begin_subscription(id, std::move(request), *options, {});
}

void client::begin_subscription(std::uint32_t id, protocol::subscribe_request request,
                                const core::channel_options& options,
                                crypto::subscription_claims grant) {
  std::shared_ptr<const tags_filter> filter;
  if (request.tf) {
    auto made = tags_filter::make(*request.tf);
    // Both save bandwidth, in ways that exclude each other: a patch needs the one before.
    const bool possible = options.allow_tags_filter && request.delta.empty() && made;
    if (!possible) return refuse(id, error(errors::bad_request));
    filter = std::make_shared<const tags_filter>(*std::move(made));
  }
  const asking standing = standing_in(request.channel);
  protocol::client_info info{user_.text(), id_.text(), info_, std::move(grant.info)};
  subscribe work;
  work.data = std::move(grant.data);
  std::optional<std::uint32_t> ends_in_s;
  if (const auto ends = grant.ends()) ends_in_s = seconds_until(*ends, wall_seconds());
  // Where the application prolongs it, the client is not bothered.
  if (!options.sub_refresh_proxy_enabled) work.expires_in_s = ends_in_s;
  const subscription_rules rules = rules_for(options, grant.override);

  const bool reads_history = may_read_history(standing, options).has_value();
  work.recoverable =
      options.keeps_history() &&
      (rules.force_recovery || (request.recoverable && (reads_history || options.allow_recovery)));
  work.positioned =
      work.recoverable || (options.keeps_history() &&
                           (rules.force_positioning ||
                            (request.positioned && (reads_history || options.allow_positioning))));
  work.filter = filter;
  if (request.recover && work.recoverable) {
    work.recover_from = protocol::stream_position{request.offset, std::move(request.epoch)};
  }
  work.reject_unrecovered = (request.flag & protocol::subscribe_flags::reject_unrecovered) != 0;
  work.command_id = id;
  work.who = {
      .connection = self(),
      .worker = worker_,
      .number = ++last_number_,
      .format = format_,
      .info = std::make_shared<const protocol::client_info>(std::move(info)),
      .wants_join_leave = rules.force_push_join_leave ||
                          (request.join_leave && may_see_presence(standing, options).has_value()),
      .listed = rules.presence,
      .announced = rules.join_leave,
      .deltas = work.positioned && std::ranges::find(options.allowed_delta_types, request.delta) !=
                                       options.allowed_delta_types.end()};

  core::channel_name name(std::move(request.channel));
  numbers_.emplace(name.text(), last_number_);
  subscription& mine = subscriptions_[last_number_];
  mine.name = name;
  mine.filter = std::move(filter);
  if (ends_in_s) {
    mine.expiry = expire_after(*ends_in_s, last_number_);
  }
  begin(
      {.command_id = id, .name = std::move(name), .options = &options, .request = std::move(work)});
}

std::expected<crypto::subscription_claims, error> client::claims_for(const std::string& channel,
                                                                     const std::string& token) {
  const auto& rules = shared_.configuration().client.subscription_rules();
  const auto* own_keys = shared_.subscription_token_keys;
  auto claims = crypto::verify_subscription_token(token, own_keys ? *own_keys : shared_.token_keys,
                                                  {rules.audience, rules.issuer}, wall_seconds());
  if (!claims) {
    const bool late = claims.error() == crypto::token_errc::expired;
    return std::unexpected(error(late ? errors::token_expired : errors::permission_denied));
  }
  if (claims->channel != channel || claims->subject != user_.text() ||
      (!claims->client.empty() && claims->client != id_.text())) {
    disconnect(disconnects::invalid_token);  // a good token, of somebody else
    return std::unexpected(error(errors::permission_denied));
  }
  return *std::move(claims);
}

void client::on(subscribe_accepted message) {
  if (closed_) return;
  const auto mine = subscriptions_.find(message.number);
  if (mine == subscriptions_.end() || mine->second.established) return;
  if (message.result) return;  // `subscribed` follows, through the fanout
  if (channel_was_stopped(message.result.error()) && !current_->reopened) {
    return open_channel_of_current();
  }
  drop_subscription(message.number);
  refuse(message.command_id, to_error(message.result.error()));
  finish_current();
}

void client::on(subscribed message) {
  if (closed_) return;
  const auto found = subscriptions_.find(message.number);
  if (found == subscriptions_.end()) {
    // The answer came too late: the client has been told that it failed.
    shared_.log.warn("subscription answered after its deadline", {{"client", id_.text()}});
    return disconnect(disconnects::insufficient_state);
  }
  subscription& mine = found->second;
  mine.established = true;
  mine.at = std::move(message.start);
  mine.deltas = message.result.delta;
  if (mine.server_side) return server_side_begun(message.number, std::move(message.result));
  const bool ends_at_once = mine.ends_at_once;
  reply_with(message.command_id, std::move(message.result));
  if (ends_at_once && !closed_) {
    end_subscription(message.number, protocol::unsubscribes::server);
  }
  finish_current();
}

void client::on(delivery message) {
  if (closed_) return;
  if (state_ != state::connected) return keep_for_later(std::move(message));
  const auto found = subscriptions_.find(message.number);
  if (found == subscriptions_.end()) return;  // it has ended meanwhile
  subscription& mine = found->second;
  const encoded_push& push = *message.push;
  const bool was_ready = mine.at.ready;
  if (!advance(message.number, mine, push)) return;
  const core::shared_bytes& frame =
      mine.deltas && push.deltas ? push.deltas->frame(format_, was_ready) : push.frame(format_);
  // Bytes that are no JSON, for somebody who speaks JSON.
  if (frame.empty()) return disconnect(disconnects::inappropriate_protocol);
  flush_replies();
  transmit(frame);
}

bool client::advance(subscription_number number, subscription& mine, const encoded_push& push) {
  using enum encoded_push::kind;
  if (push.what == other) return true;
  if (mine.at.position && !push.position.epoch.empty()) {
    auto& [offset, epoch] = *mine.at.position;
    const bool same_stream = epoch == push.position.epoch;
    const bool is_check = push.what == position_check;
    if (!is_check && same_stream && push.position.offset <= offset) return false;  // it has that
    if (!same_stream || push.position.offset != offset + (is_check ? 0 : 1)) {
      end_subscription(number, protocol::unsubscribes::insufficient_state);
      return false;
    }
    offset = push.position.offset;
  }
  if (push.what == position_check) return false;
  mine.at.ready = true;
  return !mine.filter || mine.filter->matches(push.tags);
}

void client::on(unsubscribed message) {
  if (closed_) return;
  const auto found = subscriptions_.find(message.number);
  if (found == subscriptions_.end()) return;
  if (found->second.server_side) return disconnect(disconnects::insufficient_state);
  const core::channel_name name = found->second.name;
  if (found->second.established) report_unsubscribed(name, message.why.code, message.why.reason);
  drop_subscription(message.number);
  push_unsubscribe(name, message.why);
}

timer_id client::expire_after(std::uint32_t ttl_s, subscription_number number) {
  const bool asks = is_kept_by_application(subscriptions_.at(number).name);
  const duration grace = asks ? duration{} : shared_.configuration().client.expired_sub_close_delay;
  return send_after(std::chrono::seconds(ttl_s) + grace, subscription_expired{number});
}

void client::on(subscription_expired message) {
  const auto found = subscriptions_.find(message.number);
  if (closed_ || found == subscriptions_.end()) return;
  if (is_kept_by_application(found->second.name)) return ask_to_keep(message.number);
  end_subscription(message.number, protocol::unsubscribes::expired);
}

void client::end_subscription(subscription_number number, protocol::unsubscribe_code why) {
  const subscription& mine = subscriptions_.at(number);
  if (mine.server_side && protocol::client_resubscribes(why.code)) {
    // The client cannot subscribe again to what it never subscribed to: it connects again.
    const bool late = why.code == protocol::unsubscribes::expired.code;
    return disconnect(late ? disconnects::subscription_expired : disconnects::insufficient_state);
  }
  const core::channel_name name = mine.name;
  if (mine.established) report_unsubscribed(name, why.code, why.reason);
  drop_subscription(number);
  push_unsubscribe(name, why);
  pipe(directory_.fanouts[worker_].ask(detach{name, id(), number}, answer_within),
       [](auto result) { return detached{std::move(result)}; });
}

void client::on(detached message) {
  // A subscription that cannot be ended would go on in the channel's presence.
  if (!closed_ && !message.result) disconnect(disconnects::insufficient_state);
}

void client::drop_subscription(subscription_number number) {
  const auto found = subscriptions_.find(number);
  if (found == subscriptions_.end()) return;  // it ended while somebody waited for its end
  cancel(found->second.expiry);
  numbers_.erase(found->second.name.text());
  subscriptions_.erase(found);
}

void client::push_unsubscribe(const core::channel_name& name, protocol::unsubscribe_code why) {
  protocol::unsubscribe_push body{why.code, std::string(why.reason)};
  send({0, protocol::push{name.text(), std::move(body)}});
}

void client::serve_unsubscribe(std::uint32_t id, protocol::unsubscribe_request request) {
  if (request.channel.empty()) return disconnect(disconnects::bad_request);
  const auto number = numbers_.find(request.channel);
  if (number == numbers_.end()) return reply_with(id, protocol::unsubscribe_result{});
  core::channel_name name(std::move(request.channel));
  operation ending{
      .command_id = id, .name = name, .request = detach{name, this->id(), number->second}};
  if (subscriptions_.at(number->second).established) return begin(std::move(ending));
  current_ = std::move(ending);  // the server is about to begin it: server_side_begun() goes on
}

void client::serve_sub_refresh(std::uint32_t id, protocol::sub_refresh_request request) {
  const auto number = numbers_.find(request.channel);
  if (number == numbers_.end()) return refuse(id, error(errors::bad_request));
  if (is_kept_by_application(subscriptions_.at(number->second).name)) {
    return disconnect(disconnects::bad_request);  // it was not asked to
  }
  const auto claims = claims_for(request.channel, request.token);
  if (closed_) return;
  if (!claims) return refuse(id, claims.error());
  subscription& mine = subscriptions_.at(number->second);
  cancel(mine.expiry);
  protocol::sub_refresh_result result;
  if (const auto ends = claims->ends()) {
    result.expires = true;
    result.ttl_s = seconds_until(*ends, wall_seconds());
    mine.expiry = expire_after(result.ttl_s, number->second);
  }
  reply_with(id, result);
}

}  // namespace troupe::hub
