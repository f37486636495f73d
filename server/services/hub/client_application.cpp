// What a client does that the application decides about: the question is put, the command waits in
// its place in the line, and the answer says how it goes on. And what the application is told when
// a client leaves.
#include <utility>

#include "protocol/proxy/json_decoder.hpp"
#include "protocol/proxy/json_encoder.hpp"
#include "services/hub/answers.hpp"
#include "services/hub/client.hpp"
#include "services/hub/rpc_rules.hpp"

namespace troupe::hub {

namespace errors = protocol::errors;
namespace disconnects = protocol::disconnects;
namespace proxy = protocol::proxy;
using protocol::error;

namespace {

/// How soon the application is asked again about a connection or subscription whose time is over.
constexpr std::chrono::seconds ask_again_after{5};

// Beside the codes of pushes, for what no push tells: see docs/guides/application.md.
constexpr std::uint32_t unsubscribed_by_client = 0;
constexpr std::uint32_t unsubscribed_by_disconnect = 1;

crypto::connection_claims to_claims(proxy::connect_result from) {
  crypto::connection_claims claims;
  claims.subject = std::move(from.user);
  claims.info = std::move(from.info);
  claims.expire_at = from.expire_at;
  claims.meta = std::move(from.meta);
  claims.channels = std::move(from.channels);
  for (auto& [channel, options] : from.subs) {
    claims.subs.emplace_back(
        std::move(channel), crypto::server_subscription{.info = std::move(options.info),
                                                        .data = std::move(options.data),
                                                        .override = to_override(options.override)});
  }
  return claims;
}

}  // namespace

// ---- asking ------------------------------------------------------------------------------------

proxy::caller client::introduced(const core::proxy_options& to) const {
  const bool binary = encoding_of(format_) == protocol::encoding::protobuf;
  proxy::caller who{.client = id_.text(),
                    .transport = std::string(core::name_of(transport_of(format_))),
                    .protocol = binary ? "protobuf" : "json",
                    .encoding = binary ? "binary" : "json"};
  if (state_ == state::connected) who.user = user_.text();
  if (to.include_connection_meta) who.meta = meta_;
  return who;
}

template <class Event>
bool client::ask(const core::proxy_options& whom, std::uint32_t id, const Event& event,
                 question about) {
  const auto form = whom.binary_encoding ? proxy::payload_form::base64 : proxy::payload_form::json;
  auto body = proxy::encode(introduced(whom), event, form);
  if (!body || !directory_.outside.asked) return false;
  constexpr std::chrono::seconds in_line_max{1};
  pipe(directory_.outside.asked->ask(
           ask_application{whom, *std::move(body), headers_.passed_on(whom)},
           whom.timeout + in_line_max),
       [id, about = std::move(about)](auto result) mutable {
         return application_answered{id, std::move(about), std::move(result)};
       });
  return true;
}

template <class Event>
void client::ask_about_command(const core::proxy_options& whom, std::uint32_t id,
                               const Event& event, question about) {
  current_ = operation{.command_id = id};
  if (ask(whom, id, event, std::move(about))) return;
  // A payload that the application could not be told of.
  if (state_ == state::connecting) state_ = state::refused;
  current_.reset();
  refuse(id, error(errors::bad_request));
}

void client::on(application_answered message) {
  if (closed_) return;
  std::visit(
      [&](auto& about) { go_on(message.command_id, std::move(about), std::move(message.result)); },
      message.about);
}

// The result; or nothing, and then the client has been told why.
template <class Result>
std::optional<Result> client::result_in(std::uint32_t id, ask_result<ask_application> answer) {
  auto decoded =
      answer ? proxy::decode_reply<Result>(*answer) : std::unexpected(protocol::errc::empty);
  if (!decoded) {
    if (answer) {  // else its caller has said so
      shared_.log.warn("application gave no proper answer",
                       {{"reason", protocol::describe(decoded.error())}});
    }
    refuse(id, error(errors::internal));
    return std::nullopt;
  }
  if (auto* result = std::get_if<Result>(&*decoded)) return std::move(*result);
  if (const auto* why = std::get_if<error>(&*decoded)) {
    refuse(id, *why);
  } else {
    const auto& end = std::get<proxy::application_disconnect>(*decoded);
    disconnect({end.code, end.reason});
  }
  return std::nullopt;
}

// ---- connect and refresh -----------------------------------------------------------------------

void client::ask_to_connect(std::uint32_t id, protocol::connect_request request) {
  proxy::connect_event event{.name = std::move(request.name),
                             .version = std::move(request.version),
                             .data = std::move(request.data),
                             .channels = {}};
  for (const auto& [channel, position] : request.subs) event.channels.push_back(channel);
  headers_.emulate(std::move(request.headers));
  ask_about_command(shared_.configuration().client.proxy.connect, id, event,
                    connecting{std::move(request.subs)});
}

void client::go_on(std::uint32_t id, connecting about, ask_result<ask_application> answer) {
  auto result = result_in<proxy::connect_result>(id, std::move(answer));
  if (!result) {
    state_ = state::refused;
    return finish_current();
  }
  connect_data_ = std::move(result->data);
  crypto::connection_claims claims = to_claims(*std::move(result));
  if (const auto ends = claims.ends(); ends && *ends <= wall_seconds()) {
    state_ = state::refused;
    refuse(id, error(errors::expired));
    return finish_current();
  }
  let_in(id, std::move(claims), about.subs);
}

void client::ask_to_go_on() {
  ask(shared_.configuration().client.proxy.refresh, 0, proxy::refresh_event{}, refreshing{});
}

void client::go_on(std::uint32_t, refreshing, ask_result<ask_application> answer) {
  auto decoded = answer ? proxy::decode_reply<proxy::refresh_result>(*answer)
                        : std::unexpected(protocol::errc::empty);
  auto* result = decoded ? std::get_if<proxy::refresh_result>(&*decoded) : nullptr;
  if (!result) {
    expiry_timer_ = send_after(ask_again_after, connection_expired{});
    return;
  }
  const crypto::sys_seconds now = wall_seconds();
  const crypto::sys_seconds ends{std::chrono::seconds(result->expire_at)};
  if (result->expired || (result->expire_at != 0 && ends <= now)) {
    return disconnect(disconnects::connection_expired);
  }
  if (!result->info.empty()) info_ = std::move(result->info);
  ttl_s_.reset();
  if (result->expire_at != 0) ttl_s_ = seconds_until(ends, now);
  schedule_expiry();
}

// ---- channels ----------------------------------------------------------------------------------

void client::ask_to_subscribe(std::uint32_t id, protocol::subscribe_request request,
                              const core::channel_options& options) {
  const proxy::subscribe_event event{
      .channel = request.channel, .token = request.token, .data = std::move(request.data)};
  ask_about_command(shared_.configuration().channel.proxy.subscribe, id, event,
                    subscribing{std::move(request), &options});
}

void client::go_on(std::uint32_t id, subscribing about, ask_result<ask_application> answer) {
  auto result = result_in<proxy::subscribe_result>(id, std::move(answer));
  if (!result) return finish_current();
  current_.reset();
  crypto::subscription_claims grant;
  grant.info = std::move(result->info);
  grant.data = std::move(result->data);
  grant.expire_at = result->expire_at;
  grant.override = to_override(result->override);
  const auto ends = grant.ends();
  if (ends && *ends <= wall_seconds()) {
    refuse(id, error(errors::expired));
  } else if (numbers_.contains(about.request.channel)) {
    refuse(id, error(errors::already_subscribed));  // by the server, meanwhile
  } else {
    begin_subscription(id, std::move(about.request), *about.options, std::move(grant));
  }
  if (idle()) finish_current();
}

void client::ask_to_publish(std::uint32_t id, core::channel_name name,
                            const core::channel_options& options, publish work) {
  const proxy::publish_event event{.channel = name.text(), .data = work.publication.data};
  ask_about_command(shared_.configuration().channel.proxy.publish, id, event,
                    publishing{std::move(name), &options, std::move(work)});
}

void client::go_on(std::uint32_t id, publishing about, ask_result<ask_application> answer) {
  auto result = result_in<proxy::publish_result>(id, std::move(answer));
  if (!result) return finish_current();
  if (!result->data.empty()) about.work.publication.data = std::move(result->data);
  about.work.skip_history = result->options.skip_history;
  about.work.delta = result->options.delta;
  about.work.conditions = {.idempotency_key = std::move(result->options.idempotency_key),
                           .version = result->options.version,
                           .version_epoch = std::move(result->options.version_epoch)};
  about.work.publication.tags = std::move(result->options.tags);
  begin({.command_id = id,
         .name = std::move(about.name),
         .options = about.options,
         .request = std::move(about.work)});
}

bool client::is_kept_by_application(const core::channel_name& channel) const {
  const auto options = find_options(channel.text(), shared_.configuration().channel);
  return options && (*options)->sub_refresh_proxy_enabled;
}

void client::ask_to_keep(subscription_number number) {
  const proxy::sub_refresh_event event{.channel = subscriptions_.at(number).name.text()};
  ask(shared_.configuration().channel.proxy.sub_refresh, 0, event, keeping{number});
}

void client::go_on(std::uint32_t, keeping about, ask_result<ask_application> answer) {
  const auto mine = subscriptions_.find(about.number);
  if (mine == subscriptions_.end()) return;
  const auto decoded = answer ? proxy::decode_reply<proxy::sub_refresh_result>(*answer)
                              : std::unexpected(protocol::errc::empty);
  const auto* result = decoded ? std::get_if<proxy::sub_refresh_result>(&*decoded) : nullptr;
  const auto ask_in = [&](duration time) {
    mine->second.expiry = send_after(time, subscription_expired{about.number});
  };
  if (!result) return ask_in(ask_again_after);
  const crypto::sys_seconds now = wall_seconds();
  const crypto::sys_seconds ends{std::chrono::seconds(result->expire_at)};
  if (result->expired || (result->expire_at != 0 && ends <= now)) {
    return end_subscription(about.number, protocol::unsubscribes::expired);
  }
  if (result->expire_at != 0) ask_in(ends - now);
}

// ---- calls -------------------------------------------------------------------------------------

void client::serve_rpc(std::uint32_t id, protocol::rpc_request request) {
  const auto& rules = shared_.configuration().rpc;
  if (!serves_calls(rules)) return refuse(id, error(errors::not_available));
  const core::rpc_options* options = find_rpc_options(request.method, rules);
  if (!options || !options->proxy_enabled) return refuse(id, error(errors::method_not_found));
  ask_about_command(
      rules.proxy, id,
      proxy::rpc_event{.method = std::move(request.method), .data = std::move(request.data)},
      calling{});
}

void client::go_on(std::uint32_t id, calling, ask_result<ask_application> answer) {
  if (auto result = result_in<proxy::rpc_result>(id, std::move(answer))) {
    reply_with(id, protocol::rpc_result{std::move(result->data)});
  }
  finish_current();
}

// ---- telling -----------------------------------------------------------------------------------

template <class Event>
void client::report(ports::event_kind kind, const core::proxy_options& whom, const Event& event) {
  if (directory_.outside.told.empty()) return;
  auto body = proxy::encode(introduced(whom), event, proxy::payload_form::base64);
  const auto status = directory_.outside.keeper_for(id_.text())
                          .tell(report_event{{kind, *std::move(body), headers_.passed_on(whom)}});
  if (status == tell_status::accepted) return;
  shared_.counters.events_dropped.add();
  shared_.log.error("event dropped", {{"endpoint", whom.endpoint}});
}

void client::report_unsubscribed(const core::channel_name& name, std::uint32_t code,
                                 std::string_view reason) {
  const auto options = find_options(name.text(), shared_.configuration().channel);
  if (!options || !(*options)->unsubscribe_proxy_enabled) return;
  report(ports::event_kind::unsubscribe, shared_.configuration().channel.proxy.unsubscribe,
         proxy::unsubscribe_event{name.text(), code, std::string(reason)});
}

void client::report_unsubscribed_by_client(const core::channel_name& name) {
  report_unsubscribed(name, unsubscribed_by_client, "client unsubscribed");
}

// Whatever ended it: the client, the server, or a failure.
client::~client() {
  if (state_ != state::connected) return;
  for (const auto& [number, each] : subscriptions_) {
    if (each.established)
      report_unsubscribed(each.name, unsubscribed_by_disconnect, "disconnected");
  }
  const core::proxy_options& whom = shared_.configuration().client.proxy.disconnect;
  if (!whom.enabled) return;
  constexpr protocol::disconnect_code by_client = disconnects::connection_closed;
  report(ports::event_kind::disconnect, whom,
         end_code_ == 0 ? proxy::disconnect_event{by_client.code, std::string(by_client.reason)}
                        : proxy::disconnect_event{end_code_, std::move(end_reason_)});
}

}  // namespace troupe::hub
