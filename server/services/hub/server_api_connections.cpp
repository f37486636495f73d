// The methods of the server API that concern connections: they become orders, which the router
// hands to those they are for. The caller is answered when that is done; what the connections then
// do, their clients are told.
#include <utility>

#include "services/hub/answers.hpp"
#include "services/hub/permissions.hpp"
#include "services/hub/server_api.hpp"

namespace troupe::hub {
namespace {

namespace api = protocol::api;
namespace errors = protocol::errors;

constexpr std::uint32_t close_code_min = 3000;
constexpr std::uint32_t close_code_max = 4999;
constexpr std::size_t close_reason_bytes_max = 123;  // RFC 6455 §5.5: a control frame holds 125

std::optional<crypto::sys_seconds> to_time(std::int64_t seconds_since_epoch) {
  if (seconds_since_epoch == 0) return std::nullopt;
  return crypto::sys_seconds(std::chrono::seconds(seconds_since_epoch));
}

}  // namespace

task<std::expected<void, protocol::error>> server_api::give_order(api::connection_filter to,
                                                                  order what,
                                                                  std::vector<std::string> except) {
  if (to.names_nobody()) co_return std::unexpected(error(errors::bad_request));
  const auto found = co_await hub_.ask(find_directory{}, answer_within);
  if (!found) co_return std::unexpected(error(errors::internal));
  const auto decision = co_await found->routing.ask(
      route{std::move(to), std::move(except), std::move(what)}, answer_within);
  if (!decision) co_return std::unexpected(error(errors::internal));
  co_return {};
}

task<api::json_result> server_api::serve(api::subscribe_request request) {
  const auto options = find_options(request.channel, shared_.configuration().channel);
  if (!options) co_return std::unexpected(options.error());
  const auto ends = to_time(request.expire_at);
  if (ends && *ends <= node_.now) co_return std::unexpected(error(errors::expired));
  add_subscription what{{.name = core::channel_name(std::move(request.channel)),
                         .info = std::move(request.info),
                         .data = std::move(request.data),
                         .override = to_override(request.override),
                         .ends = ends,
                         .recover_since = std::move(request.recover_since)}};
  const auto given_to = co_await give_order(std::move(request.who), std::move(what));
  if (!given_to) co_return std::unexpected(given_to.error());
  co_return api::to_json(api::subscribe_result{});
}

task<api::json_result> server_api::serve(api::unsubscribe_request request) {
  if (!request.channel.empty()) {
    const auto options = find_options(request.channel, shared_.configuration().channel);
    if (!options) co_return std::unexpected(options.error());
  }
  end_subscriptions what{core::channel_name(std::move(request.channel))};
  const auto given_to = co_await give_order(std::move(request.who), std::move(what));
  if (!given_to) co_return std::unexpected(given_to.error());
  co_return api::to_json(api::unsubscribe_result{});
}

task<api::json_result> server_api::serve(api::disconnect_request request) {
  constexpr auto by_default = protocol::disconnects::force_disconnect;
  end_client what{by_default.code, std::string(by_default.reason)};
  if (request.disconnect) {
    auto& [code, reason] = *request.disconnect;
    if (code < close_code_min || code > close_code_max || reason.size() > close_reason_bytes_max) {
      co_return std::unexpected(error(errors::bad_request));
    }
    what = {static_cast<std::uint16_t>(code), std::move(reason)};
  }
  const auto given_to =
      co_await give_order(std::move(request.who), std::move(what), std::move(request.whitelist));
  if (!given_to) co_return std::unexpected(given_to.error());
  co_return api::to_json(api::disconnect_result{});
}

task<api::json_result> server_api::serve(api::refresh_request request) {
  if (request.expire_at < 0) co_return std::unexpected(error(errors::bad_request));
  refresh_client what{.expired = request.expired,
                      .ends = to_time(request.expire_at),
                      .info = std::move(request.info)};
  const auto given_to = co_await give_order(std::move(request.who), std::move(what));
  if (!given_to) co_return std::unexpected(given_to.error());
  co_return api::to_json(api::refresh_result{});
}

}  // namespace troupe::hub
