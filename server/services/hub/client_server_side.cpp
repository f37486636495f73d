// The subscriptions of a client that the server begins: with the connect, by the token and the
// configuration; later, by order of the application.
//
// Those of the connect are part of its answer: it is given when all of them are established, and
// what their channels say meanwhile is kept until then. So the answer comes before every push, and
// the order of channel, fanout and client sees to it that nothing is missing between the two.
#include <utility>

#include "services/hub/answers.hpp"
#include "services/hub/client.hpp"

namespace troupe::hub {

namespace disconnects = protocol::disconnects;
using protocol::error;

// ---- connect -----------------------------------------------------------------------------------

void client::admit(std::uint32_t id, server_subscriptions wanted,
                   const std::map<std::string, protocol::subscribe_request>& recover) {
  add_personal_channel(wanted);
  const auto& rules = shared_.configuration();
  if (wanted.size() > rules.client.channel_limit) return disconnect(disconnects::channel_limit);
  for (auto& [channel, what] : wanted) {
    if (const auto options = find_options(channel, rules.channel); !options) {
      shared_.log.warn("connection refused: no such channel to subscribe it to",
                       {{"client", id_.text()}, {"channel", channel}});
      state_ = state::refused;
      refuse(id, options.error());
      if (current_) finish_current();  // the application was asked
      return;
    }
    const auto known = recover.find(channel);
    if (known != recover.end() && known->second.recover) {
      what.recover_since = protocol::stream_position{known->second.offset, known->second.epoch};
    }
  }
  protocol::connect_result of_transport;
  add_transport(of_transport);
  current_ = operation{.command_id = id};
  joining_ = joining{.wanted = std::move(wanted)};
  pipe(directory_.routing.ask(enter{{self(), id_, user_, std::move(of_transport.session)}},
                              answer_within),
       [](auto result) { return entered{std::move(result)}; });
}

void client::add_personal_channel(server_subscriptions& wanted) const {
  const auto& personal = shared_.configuration().client.subscribe_to_user_personal_channel;
  if (!personal.enabled || user_.empty()) return;
  const auto& rules = shared_.configuration().channel;
  std::string channel = personal.personal_channel_namespace;
  if (!channel.empty()) channel += rules.namespace_boundary;
  channel += rules.user_boundary + user_.text();
  if (!find_options(channel, rules)) {
    // A user's name may have letters, or a length, that a channel's may not.
    shared_.log.warn("no personal channel", {{"client", id_.text()}, {"channel", channel}});
    return;
  }
  wanted.try_emplace(channel, server_subscription{.name = core::channel_name(channel)});
}

void client::on(entered message) {
  if (closed_) return;
  if (!message.result) {
    const auto& why = message.result.error();
    if (const auto* refusal = why.answer()) return disconnect(*refusal);
    const bool busy = why == ask_errc::mailbox_full;
    return disconnect(busy ? disconnects::too_many_requests : disconnects::internal);
  }
  const auto& rules = shared_.configuration().channel;
  for (auto& [channel, what] : joining_->wanted) {
    const auto options = find_options(channel, rules);
    if (!options) return disconnect(disconnects::internal);
    begin_server_side(std::move(what), **options);
  }
  if (beginnings_.empty()) finish_connect();
}

void client::finish_connect() {
  state_ = state::connected;
  cancel(stale_timer_);
  const auto& rules = shared_.configuration().client;
  protocol::connect_result result;
  result.client = id_.text();
  result.version = shared_.version;
  if (!rules.proxy.refresh.enabled) {  // else it is the server that sees to it
    result.expires = ttl_s_.has_value();
    result.ttl_s = ttl_s_.value_or(0);
  }
  result.data = std::move(connect_data_);
  result.subs = std::move(joining_->established);
  result.ping_s = static_cast<std::uint32_t>(
      std::chrono::ceil<std::chrono::seconds>(rules.ping_interval).count());
  result.pong = result.ping_s > 0;
  joining_.reset();
  add_transport(result);
  reply_with(current_->command_id, std::move(result));
  for (auto& kept : std::exchange(kept_, {})) {
    std::visit(overloaded{[this](delivery& each) { on(std::move(each)); },
                          [this](order& each) {
                            std::visit([this](auto& what) { on(std::move(what)); }, each);
                          }},
               kept);
  }
  if (closed_) return;
  if (rules.ping_interval.count() > 0) {
    // Spread, so that clients that came together are not pinged together.
    const duration interval = rules.ping_interval;
    send_after(interval / 2 +
                   duration(random().below(static_cast<std::uint64_t>(interval.count() / 2 + 1))),
               ping_due{});
  }
  schedule_expiry();
  finish_current();
}

void client::keep_for_later(std::variant<delivery, order> what) {
  // So much in so little time: its subscriptions go on where they are when it comes back.
  if (kept_.size() == kept_max) return disconnect(disconnects::insufficient_state);
  kept_.push_back(std::move(what));
}

// ---- one subscription --------------------------------------------------------------------------

void client::begin_server_side(server_subscription what, const core::channel_options& options) {
  const subscription_rules rules = rules_for(options, what.override);
  const subscription_number number = ++last_number_;
  protocol::client_info info{user_.text(), id_.text(), info_, std::move(what.info)};
  subscribe request;
  request.who = {.connection = self(),
                 .worker = worker_,
                 .number = number,
                 .format = format_,
                 .info = std::make_shared<const protocol::client_info>(std::move(info)),
                 .wants_join_leave = rules.force_push_join_leave,
                 .listed = rules.presence,
                 .announced = rules.join_leave};
  request.recoverable = options.keeps_history() && rules.force_recovery;
  request.positioned = request.recoverable || (options.keeps_history() && rules.force_positioning);
  if (request.recoverable) request.recover_from = std::move(what.recover_since);
  request.data = std::move(what.data);

  numbers_.emplace(what.name.text(), number);
  subscription& mine = subscriptions_[number];
  mine.name = std::move(what.name);
  mine.server_side = true;
  if (what.ends) {
    const std::uint32_t ends_in_s = seconds_until(*what.ends, wall_seconds());
    // Where the application prolongs it, the client is not bothered.
    const bool is_kept = options.sub_refresh_proxy_enabled;
    if (!is_kept) request.expires_in_s = ends_in_s;
    const duration grace =
        is_kept ? duration{} : shared_.configuration().client.expired_sub_close_delay;
    mine.expiry = send_after(std::chrono::seconds(ends_in_s) + grace, subscription_expired{number});
  }
  beginnings_.emplace(number, beginning{.request = std::move(request), .options = &options});
  open_channel_for(number);
}

void client::open_channel_for(subscription_number number) {
  open_channel wanted{subscriptions_.at(number).name, beginnings_.at(number).options};
  pipe(directory_.routing.ask(std::move(wanted), answer_within),
       [number](auto result) { return server_channel_opened{number, std::move(result)}; });
}

void client::on(server_channel_opened message) {
  const auto work = beginnings_.find(message.number);
  if (closed_ || work == beginnings_.end()) return;
  if (!message.result) return server_side_failed(message.number);
  subscriptions_.at(message.number).from = *message.result;
  pipe(message.result->ask(work->second.request, answer_within),
       [number = message.number](auto result) {
         return server_subscribe_accepted{number, std::move(result)};
       });
}

void client::on(server_subscribe_accepted message) {
  const auto work = beginnings_.find(message.number);
  if (closed_ || message.result || work == beginnings_.end()) return;
  if (channel_was_stopped(message.result.error()) && !std::exchange(work->second.reopened, true)) {
    return open_channel_for(message.number);
  }
  server_side_failed(message.number);
}

void client::server_side_begun(subscription_number number, protocol::subscribe_result result) {
  beginnings_.erase(number);
  const core::channel_name name = subscriptions_.at(number).name;
  const bool ends_at_once = subscriptions_.at(number).ends_at_once;
  if (joining_) {
    joining_->established.emplace(name.text(), std::move(result));
    if (beginnings_.empty()) finish_connect();
    return;
  }
  push_subscribe(name, std::move(result));
  if (ends_at_once && !closed_) end_subscription(number, protocol::unsubscribes::server);
  if (!closed_ && waits_for_end_of(number)) begin(*std::exchange(current_, {}));
}

void client::server_side_failed(subscription_number number) {
  const core::channel_name name = subscriptions_.at(number).name;
  beginnings_.erase(number);
  drop_subscription(number);
  if (joining_) return disconnect(disconnects::internal);
  shared_.log.warn("a subscription of the server's failed",
                   {{"client", id_.text()}, {"channel", name.text()}});
  if (!waits_for_end_of(number)) return;
  reply_with(current_->command_id, protocol::unsubscribe_result{});
  finish_current();
}

bool client::waits_for_end_of(subscription_number number) const {
  const auto* ending = current_ ? std::get_if<detach>(&current_->request) : nullptr;
  return ending && ending->number == number;
}

void client::push_subscribe(const core::channel_name& name, protocol::subscribe_result result) {
  protocol::subscribe_push body{.recoverable = result.recoverable,
                                .epoch = std::move(result.epoch),
                                .offset = result.offset,
                                .positioned = result.positioned,
                                .data = std::move(result.data)};
  send({0, protocol::push{name.text(), std::move(body)}});
  // What was missed has no place in the push: it follows, one by one.
  for (protocol::publication& missed : result.publications) {
    if (!closed_) send({0, protocol::push{name.text(), std::move(missed)}});
  }
}

}  // namespace troupe::hub
