#include "services/hub/server_api.hpp"

#include <utility>

#include <fnmatch.h>

#include "protocol/api/codes.hpp"
#include "protocol/api/json_decoder.hpp"
#include "protocol/api/json_encoder.hpp"
#include "services/hub/answers.hpp"
#include "services/hub/permissions.hpp"

namespace troupe::hub {
namespace {

namespace api = protocol::api;

template <class Request>
auto decode(const std::string& body) {
  // Scratch memory of the parser, nothing else is kept between calls.
  thread_local api::json_decoder decoder;
  return decoder.decode<Request>(body);
}

api_response undecodable() {
  return {.what = api_response::kind::undecodable, .json = {}};
}

template <class Result>
api_response respond(const std::expected<Result, protocol::error>& result) {
  return {.error_code = result ? 0 : result.error().code, .json = api::to_json(result)};
}

publish to_publish(const std::string& data, const api::publish_options& options) {
  publish message;
  message.publication.data = data;
  message.publication.tags = options.tags;
  message.skip_history = options.skip_history;
  message.delta = options.delta;
  message.conditions = {.idempotency_key = options.idempotency_key,
                        .version = options.version,
                        .version_epoch = options.version_epoch};
  return message;
}

}  // namespace

server_api::server_api(const context& shared, ref<hub_supervisor> hub, std::string node_name)
    : shared_(shared), hub_(std::move(hub)), node_name_(std::move(node_name)) {}

task<api_response> server_api::call(std::string method, std::string body, duration uptime) {
  if (method == "publish") co_return co_await publish(std::move(body));
  if (method == "broadcast") co_return co_await broadcast(std::move(body));
  if (method == "presence") co_return co_await presence(std::move(body));
  if (method == "presence_stats") co_return co_await presence_stats(std::move(body));
  if (method == "history") co_return co_await history(std::move(body));
  if (method == "history_remove") co_return co_await history_remove(std::move(body));
  if (method == "channels") co_return co_await channels(std::move(body));
  if (method == "info") co_return co_await info(uptime);
  co_return api_response{.what = api_response::kind::unknown_method, .json = {}};
}

task<std::expected<server_api::target, protocol::error>> server_api::open(std::string channel) {
  const auto options = find_options(channel, shared_.configuration().channel);
  if (!options) co_return std::unexpected(options.error());
  const auto found = co_await hub_.ask(find_directory{}, answer_within);
  if (!found) co_return std::unexpected(error(protocol::errors::internal));
  auto actor = co_await found->routing.ask(
      open_channel{core::channel_name(std::move(channel)), *options}, answer_within);
  if (!actor) co_return std::unexpected(error(protocol::errors::internal));
  co_return target{*std::move(actor), *options};
}

template <class Message>
task<std::expected<typename reply_t<Message>::value_type, protocol::error>> server_api::ask_channel(
    ref<channel> actor, Message message) {
  auto result = co_await actor.ask(std::move(message), answer_within);
  if (!result) co_return std::unexpected(to_error(result.error()));
  if constexpr (std::is_void_v<typename reply_t<Message>::value_type>) {
    co_return {};
  } else {
    co_return *std::move(result);
  }
}

task<std::expected<api::publish_result, protocol::error>> server_api::publish_to(
    std::string channel, std::string data, api::publish_options options) {
  if (channel.empty() || data.empty()) {
    co_return std::unexpected(error(protocol::errors::bad_request));
  }
  // A channel that was retired between the two questions is opened again, once.
  for (int attempt = 0;; ++attempt) {
    const auto target = co_await open(channel);
    if (!target) co_return std::unexpected(target.error());
    auto position = co_await target->actor.ask(to_publish(data, options), answer_within);
    if (position) co_return api::publish_result{position->offset, position->epoch};
    if (attempt == 0 && position.error() == ask_errc::stopped) continue;
    co_return std::unexpected(to_error(position.error()));
  }
}

task<api_response> server_api::publish(std::string body) {
  auto request = decode<api::publish_request>(body);
  if (!request) co_return undecodable();
  if (request->binary) {
    co_return respond(
        api::response<api::publish_result>(std::unexpected(error(protocol::errors::bad_request))));
  }
  co_return respond(co_await publish_to(std::move(request->channel), std::move(request->data),
                                        std::move(request->options)));
}

task<api_response> server_api::broadcast(std::string body) {
  auto request = decode<api::broadcast_request>(body);
  if (!request) co_return undecodable();
  if (request->channels.empty() || request->binary) {
    co_return respond(api::response<api::broadcast_result>(
        std::unexpected(error(protocol::errors::bad_request))));
  }
  api::broadcast_result result;
  for (std::string& channel : request->channels) {
    result.responses.push_back(
        co_await publish_to(std::move(channel), request->data, request->options));
  }
  co_return respond(api::response<api::broadcast_result>(std::move(result)));
}

task<api_response> server_api::presence(std::string body) {
  auto request = decode<api::presence_request>(body);
  if (!request) co_return undecodable();
  using response = api::response<api::presence_result>;
  const auto target = co_await open(std::move(request->channel));
  if (!target) co_return respond(response(std::unexpected(target.error())));
  if (!target->options->presence) {
    co_return respond(response(std::unexpected(error(protocol::errors::not_available))));
  }
  auto result = co_await target->actor.ask(get_presence{}, answer_within);
  if (!result) co_return respond(response(std::unexpected(error(protocol::errors::internal))));
  co_return respond(response(*std::move(result)));
}

task<api_response> server_api::presence_stats(std::string body) {
  auto request = decode<api::presence_stats_request>(body);
  if (!request) co_return undecodable();
  using response = api::response<api::presence_stats_result>;
  const auto target = co_await open(std::move(request->channel));
  if (!target) co_return respond(response(std::unexpected(target.error())));
  if (!target->options->presence) {
    co_return respond(response(std::unexpected(error(protocol::errors::not_available))));
  }
  auto result = co_await target->actor.ask(get_presence_stats{}, answer_within);
  if (!result) co_return respond(response(std::unexpected(error(protocol::errors::internal))));
  co_return respond(response(*result));
}

task<api_response> server_api::history(std::string body) {
  auto request = decode<api::history_request>(body);
  if (!request) co_return undecodable();
  using response = api::response<api::history_result>;
  const auto target = co_await open(std::move(request->channel));
  if (!target) co_return respond(response(std::unexpected(target.error())));
  if (!target->options->keeps_history()) {
    co_return respond(response(std::unexpected(error(protocol::errors::not_available))));
  }
  const auto query = to_read_history(*request, {});
  if (!query) co_return respond(response(std::unexpected(query.error())));
  co_return respond(co_await ask_channel(target->actor, *query));
}

task<api_response> server_api::history_remove(std::string body) {
  auto request = decode<api::history_remove_request>(body);
  if (!request) co_return undecodable();
  using response = api::response<api::history_remove_result>;
  const auto target = co_await open(std::move(request->channel));
  if (!target) co_return respond(response(std::unexpected(target.error())));
  if (!target->options->keeps_history()) {
    co_return respond(response(std::unexpected(error(protocol::errors::not_available))));
  }
  const auto removed = co_await ask_channel(target->actor, remove_history{});
  if (!removed) co_return respond(response(std::unexpected(removed.error())));
  co_return respond(response(api::history_remove_result{}));
}

task<api_response> server_api::channels(std::string body) {
  auto request = decode<api::channels_request>(body);
  if (!request) co_return undecodable();
  using response = api::response<api::channels_result>;
  const auto found = co_await hub_.ask(find_directory{}, answer_within);
  if (!found) co_return respond(response(std::unexpected(error(protocol::errors::internal))));
  auto all = co_await found->routing.ask(list_channels{}, answer_within);
  if (!all) co_return respond(response(std::unexpected(error(protocol::errors::internal))));
  api::channels_result result;
  for (const auto& [name, actor] : *all) {
    if (!request->pattern.empty() &&
        ::fnmatch(request->pattern.c_str(), name.text().c_str(), 0) != 0) {
      continue;
    }
    const auto stats = co_await actor.ask(get_presence_stats{}, answer_within);
    if (stats && stats->num_clients > 0) result.channels[name.text()] = {stats->num_clients};
  }
  co_return respond(response(std::move(result)));
}

task<api_response> server_api::info(duration uptime) {
  using response = api::response<api::info_result>;
  const auto figures = co_await hub_.ask(get_figures{}, answer_within);
  if (!figures) co_return respond(response(std::unexpected(error(protocol::errors::internal))));
  const auto small = [](std::uint64_t figure) { return static_cast<std::uint32_t>(figure); };
  api::node_info node{
      .uid = node_name_, .name = node_name_, .version = std::string(shared_.version)};
  node.num_clients = small(figures->clients);
  node.num_users = small(figures->users);
  node.num_subs = small(figures->subscriptions);
  node.num_channels = small(figures->channels);
  node.uptime_s = small(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(uptime).count()));
  co_return respond(response(api::info_result{{std::move(node)}}));
}

}  // namespace troupe::hub
