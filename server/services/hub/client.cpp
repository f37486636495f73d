#include "services/hub/client.hpp"

#include <array>
#include <utility>

#include "core/limits.hpp"
#include "protocol/client/encoding.hpp"
#include "services/hub/answers.hpp"

namespace troupe::hub {
namespace errors = protocol::errors;
namespace disconnects = protocol::disconnects;
using protocol::error;

namespace {

server_subscriptions subscriptions_in(crypto::connection_claims& claims) {
  server_subscriptions found;
  for (const std::string& channel : claims.channels) {
    found[channel] = {.name = core::channel_name(channel)};
  }
  for (auto& [channel, options] : claims.subs) {
    found[channel] = {.name = core::channel_name(channel),
                      .info = std::move(options.info),
                      .data = std::move(options.data),
                      .override = options.override};
  }
  return found;
}

}  // namespace

client::client(const context& shared, ref<hub_supervisor> hub, std::uint32_t worker,
               wire_format format)
    : shared_(shared), hub_(std::move(hub)), worker_(worker), format_(format) {
  std::array<std::byte, 16> bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::byte>(random().next());
  id_ = core::make_client_id(bits);
  pipe(hub_.ask(find_directory{}, answer_within),
       [](auto result) { return directory_found{std::move(result)}; });
  stale_timer_ = send_after(shared_.configuration().client.stale_close_delay, stale_check{});
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
  if (closed_) return;
  auto commands = protocol::decode_commands(encoding_of(format_), frame);
  if (!commands) return disconnect(disconnects::bad_request);
  shared_.counters.messages_received.of(transport_of(format_)).add(commands->size());
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
  const bool connects = std::holds_alternative<protocol::connect_request>(command.body);
  const bool in_turn = connects ? state_ == state::connecting : state_ == state::connected;
  if (!in_turn) return disconnect(disconnects::bad_request);
  if (!waits_for_key(command)) dispatch(std::move(command));
}

void client::dispatch(protocol::command command) {
  const std::uint32_t id = command.id;
  std::visit(
      overloaded{
          [&](std::monostate) {},
          [&](protocol::connect_request& body) { serve_connect(id, std::move(body)); },
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
          [&](protocol::rpc_request& body) { serve_rpc(id, std::move(body)); },
          [&](protocol::send_request&) { disconnect(disconnects::not_available); },
      },
      command.body);
}

// ---- connect, refresh, liveness ----------------------------------------------------------------

crypto::sys_seconds client::wall_seconds() const {
  return std::chrono::floor<std::chrono::seconds>(wall_now());
}

void client::serve_connect(std::uint32_t id, protocol::connect_request request) {
  const auto& rules = shared_.configuration().client;
  if (request.token.empty()) {
    if (rules.proxy.connect.enabled) return ask_to_connect(id, std::move(request));
    if (!rules.insecure && !rules.allow_anonymous_connect_without_token) {
      return disconnect(disconnects::bad_request);
    }
    return let_in(id, {}, request.subs);
  }
  auto claims =
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
  let_in(id, *std::move(claims), request.subs);
}

void client::let_in(std::uint32_t id, crypto::connection_claims claims,
                    const std::map<std::string, protocol::subscribe_request>& recover) {
  user_ = core::user_id(std::move(claims.subject));
  info_ = std::move(claims.info);
  meta_ = std::move(claims.meta);
  if (const auto ends = claims.ends()) ttl_s_ = seconds_until(*ends, wall_seconds());
  admit(id, subscriptions_in(claims), recover);
}

void client::on(ping_due) {
  if (closed_) return;
  ping();
  pong_awaited_ = true;
  pong_timer_ = send_after(shared_.configuration().client.pong_timeout, pong_overdue{});
  send_after(shared_.configuration().client.ping_interval, ping_due{});
}

void client::ping() {
  send({});  // an empty reply
}

void client::serve_pong() {
  if (!pong_awaited_) return disconnect(disconnects::bad_request);
  pong();
}

void client::pong() {
  pong_awaited_ = false;
  cancel(pong_timer_);
}

void client::on(pong_overdue) {
  if (!closed_ && pong_awaited_) disconnect(disconnects::no_pong);
}

void client::schedule_expiry() {
  cancel(expiry_timer_);
  if (!ttl_s_) return;
  const auto& rules = shared_.configuration().client;
  const duration grace = rules.proxy.refresh.enabled ? duration{} : rules.expired_close_delay;
  expiry_timer_ = send_after(std::chrono::seconds(*ttl_s_) + grace, connection_expired{});
}

void client::on(connection_expired) {
  if (closed_) return;
  if (shared_.configuration().client.proxy.refresh.enabled) return ask_to_go_on();
  disconnect(disconnects::connection_expired);
}

void client::serve_refresh(std::uint32_t id, protocol::refresh_request request) {
  if (shared_.configuration().client.proxy.refresh.enabled) {
    return disconnect(disconnects::bad_request);  // it was not asked to
  }
  const auto& rules = shared_.configuration().client.token;
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

// ---- out ---------------------------------------------------------------------------------------

void client::send(const protocol::reply& message) {
  if (!protocol::append_message(replies_, encoding_of(format_), message)) {
    return disconnect(disconnects::inappropriate_protocol);
  }
  shared_.counters.messages_sent.of(transport_of(format_)).add();
  if (++reply_count_ == core::limits::replies_per_frame_max) flush_replies();
}

void client::flush_replies() {
  if (reply_count_ == 0) return;
  reply_count_ = 0;
  transmit(shared_.frame(format_, std::exchange(replies_, {})));
}

void client::reply_with(std::uint32_t id, protocol::reply::body_type body) {
  send({id, std::move(body)});
}

void client::refuse(std::uint32_t id, const error& why) {
  shared_.counters.reply_errors.add(why.code);
  reply_with(id, why);
}

void client::disconnect(protocol::disconnect_code why) {
  if (closed_) return;
  closed_ = true;
  end_code_ = why.code;
  end_reason_ = why.reason;
  pending_.clear();
  shared_.counters.disconnects.add(why.code);
  flush_replies();
  close_transport(why);
}

}  // namespace troupe::hub
