// Commands that bring a token, when the key it names is not known yet: the command waits in its
// place in the line while the key is looked up, and is then served as ever.
#include <utility>

#include "crypto/jwt.hpp"
#include "services/hub/answers.hpp"
#include "services/hub/client.hpp"

namespace troupe::hub {

namespace errors = protocol::errors;
using protocol::error;

client::presented_token client::token_in(const protocol::command& command) {
  return std::visit(overloaded{
                        [](const protocol::connect_request& body) {
                          return presented_token{body.token, token_kind::connection};
                        },
                        [](const protocol::refresh_request& body) {
                          return presented_token{body.token, token_kind::connection};
                        },
                        [](const protocol::subscribe_request& body) {
                          return presented_token{body.token, token_kind::subscription};
                        },
                        [](const protocol::sub_refresh_request& body) {
                          return presented_token{body.token, token_kind::subscription};
                        },
                        [](const auto&) { return presented_token{}; },
                    },
                    command.body);
}

bool client::waits_for_key(protocol::command& command) {
  const auto [token, kind] = token_in(command);
  if (token.empty()) return false;
  const bool of_connection = kind == token_kind::connection;
  const key_endpoint* endpoint =
      of_connection ? shared_.connection_key_endpoint : shared_.subscription_key_endpoint;
  const ref<key_fetcher>& fetcher =
      of_connection ? directory_.connection_keys : directory_.subscription_keys;
  if (!endpoint || !fetcher) return false;
  auto id = crypto::claimed_key_id(token);
  if (!id || endpoint->keys.contains(*id)) return false;
  current_ = operation{.command_id = command.id};
  pipe(fetcher.ask(find_key{*std::move(id)}, answer_within),
       [waiting = std::move(command)](auto result) mutable {
         return key_searched{std::move(waiting), std::move(result)};
       });
  return true;
}

void client::on(key_searched message) {
  if (closed_) return;
  const auto& result = message.result;
  const key_search_errc* answer = result ? nullptr : result.error().answer();
  const bool is_decided = result.has_value() || (answer && *answer == key_search_errc::unknown);
  if (!is_decided) {
    // Whether the token is good cannot be told now: its bearer shall try again.
    if (state_ == state::connecting) state_ = state::refused;
    refuse(message.command.id, error(errors::internal));
    return finish_current();
  }
  current_.reset();
  dispatch(std::move(message.command));
  if (idle()) finish_current();
}

}  // namespace troupe::hub
