// The commands of a client that a channel answers: finding the channel, asking it, asking once more
// when it was retired meanwhile.
#include <utility>

#include "services/hub/answers.hpp"
#include "services/hub/client.hpp"

namespace troupe::hub {

namespace errors = protocol::errors;
namespace disconnects = protocol::disconnects;
using protocol::error;

void client::serve_publish(std::uint32_t id, protocol::publish_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  if (request.data.empty()) return refuse(id, error(errors::bad_request));
  publish work;
  work.publication.data = std::move(request.data);
  work.publication.info = protocol::client_info{user_.text(), id_.text(), info_, {}};
  if (options->publish_proxy_enabled) {
    return ask_to_publish(id, core::channel_name(std::move(request.channel)), *options,
                          std::move(work));
  }
  const auto allowed = may_publish(standing_in(request.channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  begin({.command_id = id,
         .name = core::channel_name(std::move(request.channel)),
         .options = options,
         .request = std::move(work)});
}

template <class Message>
void client::serve_who_is_there(std::uint32_t id, std::string channel, Message question) {
  const core::channel_options* options = options_of(id, channel);
  if (!options) return;
  const auto allowed = may_see_presence(standing_in(channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  begin({.command_id = id,
         .name = core::channel_name(std::move(channel)),
         .options = options,
         .request = question});
}

void client::serve_presence(std::uint32_t id, protocol::presence_request request) {
  serve_who_is_there(id, std::move(request.channel), get_presence{});
}

void client::serve_presence_stats(std::uint32_t id, protocol::presence_stats_request request) {
  serve_who_is_there(id, std::move(request.channel), get_presence_stats{});
}

void client::serve_history(std::uint32_t id, protocol::history_request request) {
  const core::channel_options* options = options_of(id, request.channel);
  if (!options) return;
  const auto allowed = may_read_history(standing_in(request.channel), *options);
  if (!allowed) return refuse(id, allowed.error());
  auto query =
      to_read_history(request, shared_.configuration().client.history_max_publication_limit);
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
          const auto& [name, who, number] = std::get<detach>(current_->request);
          report_unsubscribed_by_client(name);
          drop_subscription(number);
          reply_with(id, protocol::unsubscribe_result{});
        } else {
          reply_with(id, *std::move(result));
        }
      },
      message.result);
  finish_current();
}

}  // namespace troupe::hub
