// The methods of the server API that concern channels.
#include <utility>

#include <fnmatch.h>

#include "services/hub/answers.hpp"
#include "services/hub/permissions.hpp"
#include "services/hub/server_api.hpp"

namespace troupe::hub {
namespace {

namespace api = protocol::api;
namespace errors = protocol::errors;

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

task<std::expected<server_api::target, protocol::error>> server_api::open(std::string channel) {
  const auto options = find_options(channel, shared_.configuration().channel);
  if (!options) co_return std::unexpected(options.error());
  core::channel_name name(std::move(channel));
  auto actor = co_await find_actor(name, *options);
  if (!actor) co_return std::unexpected(actor.error());
  co_return target{std::move(name), *options, *std::move(actor)};
}

task<std::expected<ref<channel>, protocol::error>> server_api::find_actor(
    core::channel_name name, const core::channel_options* options) {
  const auto found = co_await hub_.ask(find_directory{}, answer_within);
  if (!found) co_return std::unexpected(error(errors::internal));
  auto actor = co_await found->routing.ask(open_channel{std::move(name), options}, answer_within);
  if (!actor) co_return std::unexpected(error(errors::internal));
  co_return *std::move(actor);
}

template <class Message>
task<std::expected<typename ask_result<Message>::value_type, protocol::error>>
server_api::ask_channel(target found, Message message) {
  for (int attempt = 0;; ++attempt) {
    auto result = co_await found.actor.ask(message, answer_within);
    if (result) {
      if constexpr (std::is_void_v<typename ask_result<Message>::value_type>) {
        co_return {};
      } else {
        co_return *std::move(result);
      }
    }
    if (attempt > 0 || !channel_was_stopped(result.error())) {
      co_return std::unexpected(to_error(result.error()));
    }
    auto again = co_await find_actor(found.name, found.options);
    if (!again) co_return std::unexpected(again.error());
    found.actor = *std::move(again);
  }
}

// ---- publications ------------------------------------------------------------------------------

task<std::expected<api::publish_result, protocol::error>> server_api::publish_to(
    std::string channel, std::string data, api::publish_options options) {
  if (data.empty()) co_return std::unexpected(error(errors::bad_request));
  auto found = co_await open(std::move(channel));
  if (!found) co_return std::unexpected(found.error());
  auto position = co_await ask_channel(*std::move(found), to_publish(data, options));
  if (!position) co_return std::unexpected(position.error());
  co_return api::publish_result{position->offset, std::move(position->epoch)};
}

task<api::json_result> server_api::serve(api::publish_request request) {
  const auto result = co_await publish_to(std::move(request.channel), std::move(request.data),
                                          std::move(request.options));
  if (!result) co_return std::unexpected(result.error());
  co_return api::to_json(*result);
}

task<api::json_result> server_api::serve(api::broadcast_request request) {
  if (request.channels.empty()) co_return std::unexpected(error(errors::bad_request));
  api::broadcast_result result;
  for (std::string& channel : request.channels) {
    result.responses.push_back(
        co_await publish_to(std::move(channel), request.data, request.options));
  }
  co_return api::to_json(result);
}

// ---- who is there ------------------------------------------------------------------------------

task<api::json_result> server_api::serve(api::presence_request request) {
  auto found = co_await open(std::move(request.channel));
  if (!found) co_return std::unexpected(found.error());
  if (!found->options->presence) co_return std::unexpected(error(errors::not_available));
  const auto result = co_await ask_channel(*std::move(found), get_presence{});
  if (!result) co_return std::unexpected(result.error());
  co_return api::to_json(*result);
}

task<api::json_result> server_api::serve(api::presence_stats_request request) {
  auto found = co_await open(std::move(request.channel));
  if (!found) co_return std::unexpected(found.error());
  if (!found->options->presence) co_return std::unexpected(error(errors::not_available));
  const auto result = co_await ask_channel(*std::move(found), get_presence_stats{});
  if (!result) co_return std::unexpected(result.error());
  co_return api::to_json(*result);
}

task<api::json_result> server_api::serve(api::channels_request request) {
  if (request.pattern.size() > shared_.configuration().channel.max_length) {
    co_return std::unexpected(error(errors::bad_request));
  }
  const auto found = co_await hub_.ask(find_directory{}, answer_within);
  if (!found) co_return std::unexpected(error(errors::internal));
  const auto all = co_await found->routing.ask(list_channels{}, answer_within);
  if (!all) co_return std::unexpected(error(errors::internal));
  api::channels_result result;
  for (const auto& [name, actor] : *all) {
    if (!request.pattern.empty() &&
        ::fnmatch(request.pattern.c_str(), name.text().c_str(), 0) != 0) {
      continue;
    }
    // One that has gone meanwhile has no subscribers.
    const auto count = co_await actor.ask(count_subscribers{}, answer_within);
    if (count && *count > 0) result.channels[name.text()] = {*count};
  }
  co_return api::to_json(result);
}

// ---- history -----------------------------------------------------------------------------------

task<api::json_result> server_api::serve(api::history_request request) {
  auto found = co_await open(request.channel);
  if (!found) co_return std::unexpected(found.error());
  if (!found->options->keeps_history()) co_return std::unexpected(error(errors::not_available));
  const auto query = to_read_history(request, {});
  if (!query) co_return std::unexpected(query.error());
  const auto result = co_await ask_channel(*std::move(found), *query);
  if (!result) co_return std::unexpected(result.error());
  co_return api::to_json(*result);
}

task<api::json_result> server_api::serve(api::history_remove_request request) {
  auto found = co_await open(std::move(request.channel));
  if (!found) co_return std::unexpected(found.error());
  if (!found->options->keeps_history()) co_return std::unexpected(error(errors::not_available));
  const auto removed = co_await ask_channel(*std::move(found), remove_history{});
  if (!removed) co_return std::unexpected(removed.error());
  co_return api::to_json(api::history_remove_result{});
}

}  // namespace troupe::hub
