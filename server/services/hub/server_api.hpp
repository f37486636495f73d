// server_api.hpp — the server API: what the application's backend asks of the hub. JSON in, JSON
// out; the HTTP around it is the gateway's.
//
// In a channel's mailbox, publications of the API and of clients stand in one line: all subscribers
// hear them in one order.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/ref.hpp>
#include <troupe/task.hpp>

#include "core/ids.hpp"
#include "protocol/api/json_encoder.hpp"
#include "protocol/api/request.hpp"
#include "protocol/codes.hpp"
#include "services/hub/context.hpp"
#include "services/hub/hub_supervisor.hpp"
#include "services/hub/node_state.hpp"
#include "services/hub/orders.hpp"

namespace troupe::hub {

struct api_response {
  enum class kind : std::uint8_t { answered, unknown_method, undecodable };
  kind what = kind::answered;
  std::optional<protocol::error> failure{};  // of {"error":…}
  std::string json{};                        // for `answered`
};

/// Its functions suspend: they run within an actor, whose coroutine awaits them.
class server_api {
 public:
  /// Calls of a parallel batch that are under way at a time.
  static constexpr std::size_t parallel_calls_max = 64;

  server_api(const context& shared, ref<hub_supervisor> hub, node_state node);

  /// `method` is one of protocol::api::method_names, or batch. Empty: the body holds enveloped
  /// requests, and the responses come in lines, in their order.
  task<api_response> call(std::string method, std::string body);

  /// One call that has been decoded: the JSON of its result.
  task<protocol::api::json_result> execute(protocol::api::request call);

 private:
  struct target {
    core::channel_name name;
    const core::channel_options* options;
    ref<channel> actor;
  };
  using error = protocol::error;
  using json_result = protocol::api::json_result;

  task<api_response> call_batch(std::string body);
  task<std::vector<json_result>> execute_in_parallel(std::vector<protocol::api::request> calls);
  task<api_response> call_enveloped(std::string body);

  task<std::expected<target, error>> open(std::string channel);
  task<std::expected<ref<channel>, error>> find_actor(core::channel_name name,
                                                      const core::channel_options* options);
  /// The channel's answer, with the error that the caller gets when there is none. A channel that
  /// was retired between finding and asking it is opened again, once.
  template <class Message>
  task<std::expected<typename ask_result<Message>::value_type, error>> ask_channel(target found,
                                                                                   Message message);
  task<std::expected<protocol::api::publish_result, error>> publish_to(
      std::string channel, std::string data, protocol::api::publish_options options);
  /// Hands the order to those it concerns.
  task<std::expected<void, error>> give_order(protocol::api::connection_filter to, order what,
                                              std::vector<std::string> except = {});

  task<json_result> serve(std::monostate);
  task<json_result> serve(protocol::api::publish_request request);
  task<json_result> serve(protocol::api::broadcast_request request);
  task<json_result> serve(protocol::api::subscribe_request request);
  task<json_result> serve(protocol::api::unsubscribe_request request);
  task<json_result> serve(protocol::api::disconnect_request request);
  task<json_result> serve(protocol::api::refresh_request request);
  task<json_result> serve(protocol::api::presence_request request);
  task<json_result> serve(protocol::api::presence_stats_request request);
  task<json_result> serve(protocol::api::history_request request);
  task<json_result> serve(protocol::api::history_remove_request request);
  task<json_result> serve(protocol::api::channels_request request);
  task<json_result> serve(protocol::api::info_request request);
  task<json_result> serve(protocol::api::rpc_request request);

  const context& shared_;
  ref<hub_supervisor> hub_;
  node_state node_;
};

}  // namespace troupe::hub
