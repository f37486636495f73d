#include "services/hub/client.hpp"

#include <array>
#include <utility>

#include "protocol/client/json_decoder.hpp"
#include "protocol/client/json_encoder.hpp"

namespace troupe::hub {
namespace {

namespace errors = protocol::errors;
namespace disconnects = protocol::disconnects;
using protocol::error;

constexpr std::chrono::seconds answer_within{5};
// How long past its end a token may be replaced by a fresh one.
constexpr std::chrono::seconds expiry_grace{25};

template <class... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};

/// The error that the client gets for an ask that failed.
error to_error(const ask_failure<error>& failure) {
  return failure.answer() ? *failure.answer() : error(errors::internal);
}
error to_error(const ask_error&) {
  return error(errors::internal);
}

bool channel_was_stopped(const auto& failure) {
  return failure == ask_errc::stopped || failure == ask_errc::no_such_actor;
}

std::uint32_t seconds_until(crypto::sys_seconds end, crypto::sys_seconds now) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>((end - now).count(), 0));
}

}  // namespace

client::client(const context& shared, ref<hub_supervisor> hub, std::uint32_t worker)
    : shared_(shared), hub_(std::move(hub)), worker_(worker) {
  std::array<std::byte, 16> bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::byte>(random().next());
  id_ = core::make_client_id(bits);
  pipe(hub_.ask(find_directory{}, answer_within),
       [](auto result) { return directory_found{std::move(result)}; });
  stale_timer_ = send_after(shared_.configuration.client.stale_close_delay, stale_check{});
}

void client::on(directory_found message) {
  if (closed_) return;
  if (!message.result) return disconnect(disconnects::internal);
  directory_ = *std::move(message.result);
  monitor(directory_.fanouts[worker_]);
  serve_line();
  if (wants_more()) line_is_empty();
}

void client::on(terminated) {
  // Its fanout is gone: nothing would be delivered any more.
  if (!closed_) disconnect(disconnects::force_reconnect);
}

void client::on(stale_check) {
  if (!closed_ && state_ != state::connected) disconnect(disconnects::stale);
}

// ---- the line of commands ----------------------------------------------------------------------

void client::receive(std::string_view frame) {
  // Scratch memory of the parser, nothing else is kept between frames.
  thread_local protocol::json_decoder decoder;
  if (closed_) return;
  auto commands = decoder.decode(frame);
  if (!commands) return disconnect(disconnects::bad_request);
  shared_.counters.messages_received.add(commands->size());
  for (protocol::command& each : *commands) pending_.push_back(std::move(each));
  serve_line();
}

void client::refuse_further_commands() noexcept {
  serves_ = false;
  pending_.clear();
}

void client::serve_line() {
  while (!closed_ && serves_ && !current_ && !pending_.empty() && directory_.routing) {
    protocol::command next = std::move(pending_.front());
    pending_.pop_front();
    serve(std::move(next));
  }
}

void client::finish_current() {
  current_.reset();
  if (closed_) return;
  serve_line();
  if (idle() && pending_.empty()) line_is_empty();
}

void client::serve(protocol::command command) {
  if (command.is_pong()) return serve_pong();
  if (command.is_bad()) return disconnect(disconnects::bad_request);
  const std::uint32_t id = command.id;
  auto* connect = std::get_if<protocol::connect_request>(&command.body);
  if ((connect != nullptr) != (state_ == state::connecting)) {
    return disconnect(disconnects::bad_request);  // before connect, or a second one
  }
  if (connect) return serve_connect(id, std::move(*connect));
  std::visit(
      overloaded{
          [&](std::monostate) {},
          [&](protocol::connect_request&) {},
          [&](protocol::subscribe_request& body) { serve_subscribe(id, std::move(body)); },
          [&](protocol::unsubscribe_request& body) { serve_unsubscribe(id, std::move(body)); },
          [&](protocol::publish_request& body) { serve_publish(id, std::move(body)); },
          [&](protocol::presence_request& body) { serve_presence(id, std::move(body)); },
          [&](protocol::presence_stats_request& body) {
            serve_presence_stats(id, std::move(body));
          },
          [&](protocol::history_request& body) { serve_history(id, std::move(body)); },
          [&](protocol::refresh_request& body) { serve_refresh(id, std::move(body)); },
          [&](protocol::sub_refresh_request& body) { serve_sub_refresh(id, std::move(body)); },
          [&](protocol::ping_request&) { refuse(id, error(errors::not_available)); },
          [&](protocol::rpc_request&) { refuse(id, error(errors::not_available)); },
          [&](protocol::send_request&) { disconnect(disconnects::not_available); },
      },
      command.body);
}

// ---- connect, refresh, liveness ----------------------------------------------------------------

crypto::sys_seconds client::wall_seconds() const {
  return std::chrono::floor<std::chrono::seconds>(wall_now());
}

void client::serve_connect(std::uint32_t id, protocol::connect_request request) {
  const auto& rules = shared_.configuration.client;
  if (!request.token.empty()) {
    const auto claims =
        crypto::verify_connection_token(request.token, shared_.token_keys,
                                        {rules.token.audience, rules.token.issuer}, wall_seconds());
    if (!claims && claims.error() == crypto::token_errc::expired) {
      state_ = state::refused;
      return refuse(id, error(errors::token_expired));
    }
    if (!claims) {
      shared_.log.info("connection token refused",
                       {{"client", id_.text()}, {"reason", crypto::describe(claims.error())}});
      return disconnect(disconnects::invalid_token);
    }
    user_ = core::user_id(claims->subject);
    info_ = claims->info;
    if (const auto ends = claims->ends()) ttl_s_ = seconds_until(*ends, wall_seconds());
  } else if (!rules.insecure && !rules.allow_anonymous_connect_without_token) {
    return disconnect(disconnects::bad_request);
  }
  current_ = operation{.command_id = id};
  pipe(directory_.routing.ask(enter{user_, self()}, answer_within),
       [id](auto result) { return entered{id, std::move(result)}; });
}

void client::on(entered message) {
  if (closed_) return;
  if (!message.result) {
    const bool busy = message.result.error() == ask_errc::mailbox_full;
    return disconnect(busy ? disconnects::too_many_requests : disconnects::internal);
  }
  state_ = state::connected;
  cancel(stale_timer_);
  const auto& rules = shared_.configuration.client;
  protocol::connect_result result;
  result.client = id_.text();
  result.version = shared_.version;
  result.expires = ttl_s_.has_value();
  result.ttl_s = ttl_s_.value_or(0);
  result.ping_s = static_cast<std::uint32_t>(
      std::chrono::ceil<std::chrono::seconds>(rules.ping_interval).count());
  result.pong = result.ping_s > 0;
  reply_with(message.command_id, std::move(result));
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

void client::on(ping_due) {
  if (closed_) return;
  transmit(shared_.frame_json("{}"));
  pong_awaited_ = true;
  pong_timer_ = send_after(shared_.configuration.client.pong_timeout, pong_overdue{});
  send_after(shared_.configuration.client.ping_interval, ping_due{});
}

void client::serve_pong() {
  if (!pong_awaited_) return disconnect(disconnects::bad_request);
  pong_awaited_ = false;
  cancel(pong_timer_);
}

void client::on(pong_overdue) {
  if (!closed_ && pong_awaited_) disconnect(disconnects::no_pong);
}

void client::schedule_expiry() {
  cancel(expiry_timer_);
  if (!ttl_s_) return;
  expiry_timer_ = send_after(std::chrono::seconds(*ttl_s_) + expiry_grace, connection_expired{});
}

void client::on(connection_expired) {
  if (!closed_) disconnect(disconnects::connection_expired);
}

void client::serve_refresh(std::uint32_t id, protocol::refresh_request request) {
  const auto& rules = shared_.configuration.client.token;
  const auto claims = crypto::verify_connection_token(
      request.token, shared_.token_keys, {rules.audience, rules.issuer}, wall_seconds());
  if (!claims && claims.error() == crypto::token_errc::expired) {
    return disconnect(disconnects::connection_expired);
  }
  if (!claims || claims->subject != user_.text()) return disconnect(disconnects::invalid_token);
  ttl_s_.reset();
  if (const auto ends = claims->ends()) ttl_s_ = seconds_until(*ends, wall_seconds());
  schedule_expiry();
  reply_with(id, protocol::refresh_result{id_.text(), std::string(shared_.version),
                                          ttl_s_.has_value(), ttl_s_.value_or(0)});
}

// ---- subscriptions -----------------------------------------------------------------------------

const core::channel_options* client::options_of(std::uint32_t id, const std::string& channel) {
  if (channel.empty()) {
    disconnect(disconnects::bad_request);
    return nullptr;
  }
  const auto options = find_options(channel, shared_.configuration.channel);
  if (options) return *options;
  refuse(id, options.error());
  return nullptr;
}

asking client::standing_in(const std::string& channel) const {
  return {.user = user_.text(),
          .subscriber = numbers_.contains(channel),
          .insecure = shared_.configuration.client.insecure};
}

void client::serve_subscribe(std::uint32_t id, protocol::subscribe_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  if (numbers_.contains(request.channel)) return refuse(id, error(errors::already_subscribed));
  if (request.type != 0) return refuse(id, error(errors::not_available));
  if (!request.delta.empty() && request.delta != "fossil") {
    return disconnect(disconnects::bad_request);
  }
  if (request.tf) return refuse(id, error(errors::bad_request));
  if (subscriptions_.size() >= shared_.configuration.client.channel_limit) {
    return refuse(id, error(errors::limit_exceeded));
  }

  const asking standing = standing_in(request.channel);
  protocol::client_info info{user_.text(), id_.text(), info_, {}};
  subscribe work;
  bool force_recovery = options->force_recovery;
  bool force_positioning = options->force_positioning;
  bool force_join_leave = options->force_push_join_leave;
  if (!request.token.empty()) {
    auto claims = claims_for(request.channel, request.token);
    if (closed_) return;
    if (!claims) return refuse(id, claims.error());
    info.chan_info = std::move(claims->info);
    work.data = std::move(claims->data);
    if (const auto ends = claims->ends()) work.expires_in_s = seconds_until(*ends, wall_seconds());
    force_recovery = claims->override.force_recovery.value_or(force_recovery);
    force_positioning = claims->override.force_positioning.value_or(force_positioning);
    force_join_leave = claims->override.force_push_join_leave.value_or(force_join_leave);
  } else {
    const auto address = core::resolve_namespace(request.channel, shared_.configuration.channel);
    const auto allowed = may_subscribe(standing, *address, *options, shared_.configuration.channel);
    if (!allowed) return refuse(id, allowed.error());
  }

  const bool reads_history = may_read_history(standing, *options).has_value();
  work.recoverable =
      options->keeps_history() && (force_recovery || (request.recoverable && reads_history));
  work.positioned =
      work.recoverable ||
      (options->keeps_history() && (force_positioning || (request.positioned && reads_history)));
  if (request.recover && work.recoverable) {
    work.recover_from = protocol::stream_position{request.offset, std::move(request.epoch)};
  }
  work.reject_unrecovered = (request.flag & protocol::subscribe_flags::reject_unrecovered) != 0;
  work.command_id = id;
  work.who = {
      .connection = self(),
      .worker = worker_,
      .number = ++last_number_,
      .info = std::make_shared<const protocol::client_info>(std::move(info)),
      .wants_join_leave = force_join_leave ||
                          (request.join_leave && may_see_presence(standing, *options).has_value())};

  core::channel_name name(std::move(request.channel));
  numbers_.emplace(name.text(), last_number_);
  subscription& mine = subscriptions_[last_number_];
  mine.name = name;
  if (work.expires_in_s) {
    mine.expiry = send_after(std::chrono::seconds(*work.expires_in_s) + expiry_grace,
                             subscription_expired{last_number_});
  }
  begin(
      {.command_id = id, .name = std::move(name), .options = options, .request = std::move(work)});
}

std::expected<crypto::subscription_claims, error> client::claims_for(const std::string& channel,
                                                                     const std::string& token) {
  const auto& rules = shared_.configuration.client.token;
  auto claims = crypto::verify_subscription_token(token, shared_.token_keys,
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
  if (message.result.positioned) {
    const auto& recovered = message.result.publications;
    mine.position = recovered.empty() ? message.result.offset : recovered.back().offset;
  }
  reply_with(message.command_id, std::move(message.result));
  finish_current();
}

void client::on(delivery message) {
  if (closed_) return;
  const auto found = subscriptions_.find(message.number);
  if (found == subscriptions_.end()) return;  // it has ended meanwhile
  std::optional<std::uint64_t>& position = found->second.position;
  if (message.offset != 0 && position) {
    if (message.offset <= *position) return;
    if (message.offset != *position + 1) {
      return end_subscription(message.number, protocol::unsubscribes::insufficient_state);
    }
    position = message.offset;
  }
  transmit(std::move(message.frame));
}

void client::on(unsubscribed message) {
  if (closed_) return;
  const auto found = subscriptions_.find(message.number);
  if (found == subscriptions_.end()) return;
  const core::channel_name name = found->second.name;
  drop_subscription(message.number);
  push_unsubscribe(name, message.why);
}

void client::on(subscription_expired message) {
  if (!closed_ && subscriptions_.contains(message.number)) {
    end_subscription(message.number, protocol::unsubscribes::expired);
  }
}

void client::end_subscription(subscription_number number, protocol::unsubscribe_code why) {
  const core::channel_name name = subscriptions_.at(number).name;
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
  cancel(found->second.expiry);
  numbers_.erase(found->second.name.text());
  subscriptions_.erase(found);
}

void client::push_unsubscribe(const core::channel_name& name, protocol::unsubscribe_code why) {
  std::string json;
  protocol::append_json(json, protocol::push{name.text(), protocol::unsubscribe_push{
                                                              why.code, std::string(why.reason)}});
  transmit(shared_.frame_json(json));
}

void client::serve_unsubscribe(std::uint32_t id, protocol::unsubscribe_request request) {
  if (request.channel.empty()) return disconnect(disconnects::bad_request);
  const auto number = numbers_.find(request.channel);
  if (number == numbers_.end()) return reply_with(id, protocol::unsubscribe_result{});
  core::channel_name name(std::move(request.channel));
  detach work{name, this->id(), number->second};
  begin({.command_id = id, .name = std::move(name), .request = std::move(work)});
}

void client::serve_sub_refresh(std::uint32_t id, protocol::sub_refresh_request request) {
  const auto number = numbers_.find(request.channel);
  if (number == numbers_.end()) return refuse(id, error(errors::bad_request));
  const auto claims = claims_for(request.channel, request.token);
  if (closed_) return;
  if (!claims) return refuse(id, claims.error());
  subscription& mine = subscriptions_.at(number->second);
  cancel(mine.expiry);
  protocol::sub_refresh_result result;
  if (const auto ends = claims->ends()) {
    result.expires = true;
    result.ttl_s = seconds_until(*ends, wall_seconds());
    mine.expiry = send_after(std::chrono::seconds(result.ttl_s) + expiry_grace,
                             subscription_expired{number->second});
  }
  reply_with(id, result);
}

// ---- what a channel is asked -------------------------------------------------------------------

void client::serve_publish(std::uint32_t id, protocol::publish_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  if (request.data.empty()) return refuse(id, error(errors::bad_request));
  const auto allowed = may_publish(standing_in(request.channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  publish work;
  work.publication.data = std::move(request.data);
  work.publication.info = protocol::client_info{user_.text(), id_.text(), info_, {}};
  begin({.command_id = id,
         .name = core::channel_name(std::move(request.channel)),
         .options = options,
         .request = std::move(work)});
}

void client::serve_presence(std::uint32_t id, protocol::presence_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  const auto allowed = may_see_presence(standing_in(request.channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  begin({.command_id = id,
         .name = core::channel_name(std::move(request.channel)),
         .options = options,
         .request = get_presence{}});
}

void client::serve_presence_stats(std::uint32_t id, protocol::presence_stats_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  const auto allowed = may_see_presence(standing_in(request.channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  begin({.command_id = id,
         .name = core::channel_name(std::move(request.channel)),
         .options = options,
         .request = get_presence_stats{}});
}

void client::serve_history(std::uint32_t id, protocol::history_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  const auto allowed = may_read_history(standing_in(request.channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  auto query = to_read_history(request, shared_.configuration.client.history_max_publication_limit);
  if (!query) return refuse(id, query.error());
  begin({.command_id = id,
         .name = core::channel_name(std::move(request.channel)),
         .options = options,
         .request = *std::move(query)});
}

void client::begin(operation work) {
  current_ = std::move(work);
  if (auto* ending = std::get_if<detach>(&current_->request)) {
    pipe(directory_.fanouts[worker_].ask(*ending, answer_within),
         [](auto result) { return operation_ended{std::move(result)}; });
    return;
  }
  // A channel this client is subscribed to is known already.
  const auto number = numbers_.find(current_->name.text());
  if (number != numbers_.end() && subscriptions_.at(number->second).from) {
    return perform(subscriptions_.at(number->second).from);
  }
  pipe(directory_.routing.ask(open_channel{current_->name, current_->options}, answer_within),
       [](auto result) { return channel_opened{std::move(result)}; });
}

void client::open_channel_of_current() {
  current_->reopened = true;
  pipe(directory_.routing.ask(open_channel{current_->name, current_->options}, answer_within),
       [](auto result) { return channel_opened{std::move(result)}; });
}

void client::on(channel_opened message) {
  if (closed_) return;
  if (message.result) return perform(*message.result);
  if (const auto* work = std::get_if<subscribe>(&current_->request)) {
    drop_subscription(work->who.number);
  }
  refuse(current_->command_id, error(errors::internal));
  finish_current();
}

void client::perform(const ref<channel>& target) {
  std::visit(overloaded{[&](const subscribe& work) {
                          subscriptions_.at(work.who.number).from = target;
                          pipe(target.ask(work, answer_within),
                               [id = work.command_id, number = work.who.number](auto result) {
                                 return subscribe_accepted{id, number, std::move(result)};
                               });
                        },
                        [](const std::monostate&) {}, [](const detach&) {},
                        [&](const auto& work) {
                          pipe(target.ask(work, answer_within),
                               [](auto result) { return operation_ended{std::move(result)}; });
                        }},
             current_->request);
}

void client::on(operation_ended message) {
  if (closed_) return;
  const std::uint32_t id = current_->command_id;
  const bool again = std::visit(
      [&](auto& result) { return !result && channel_was_stopped(result.error()); }, message.result);
  if (again && !current_->reopened && !std::holds_alternative<detach>(current_->request)) {
    return open_channel_of_current();
  }
  std::visit(
      [&](auto& result) {
        if (!result) return refuse(id, to_error(result.error()));
        using type = std::remove_cvref_t<decltype(result)>;
        if constexpr (std::same_as<type, ask_result<publish>>) {
          reply_with(id, protocol::publish_result{});
        } else if constexpr (std::same_as<type, ask_result<detach>>) {
          drop_subscription(std::get<detach>(current_->request).number);
          reply_with(id, protocol::unsubscribe_result{});
        } else {
          reply_with(id, *std::move(result));
        }
      },
      message.result);
  finish_current();
}

// ---- out ---------------------------------------------------------------------------------------

void client::reply_with(std::uint32_t id, protocol::reply::body_type body) {
  std::string json;
  protocol::append_json(json, protocol::reply{id, std::move(body)});
  transmit(shared_.frame_json(json));
}

void client::refuse(std::uint32_t id, const error& why) {
  shared_.counters.reply_errors.add(why.code);
  reply_with(id, why);
}

void client::disconnect(protocol::disconnect_code why) {
  if (closed_) return;
  closed_ = true;
  pending_.clear();
  shared_.counters.disconnects.add(why.code);
  close_transport(why);
}

}  // namespace troupe::hub
