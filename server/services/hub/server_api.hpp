// server_api.hpp — the server API: what the application's backend asks of the hub. JSON in, JSON
// out; the HTTP around it is the gateway's.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/ref.hpp>
#include <troupe/task.hpp>

#include "core/ids.hpp"
#include "protocol/api/publish.hpp"
#include "protocol/codes.hpp"
#include "services/hub/context.hpp"
#include "services/hub/hub_supervisor.hpp"

namespace troupe::hub {

struct api_response {
  enum class kind : std::uint8_t { answered, unknown_method, undecodable };
  kind what = kind::answered;
  std::uint32_t error_code = 0;  // of {"error":…}; 0 for a result
  std::string json;              // for `answered`
};

/// Its functions suspend: they run within an actor, whose coroutine awaits them. One object may
/// serve many actors of one worker.
class server_api {
 public:
  server_api(const context& shared, ref<hub_supervisor> hub, std::string node_name);

  /// `method` is publish, broadcast, presence, presence_stats, history, history_remove, channels or
  /// info. `uptime` is of the server.
  task<api_response> call(std::string method, std::string body, duration uptime);

 private:
  struct target {
    ref<channel> actor;
    const core::channel_options* options;
  };
  using error = protocol::error;

  task<std::expected<target, error>> open(std::string channel);
  /// The channel's answer, with the error that the caller gets when there is none.
  template <class Message>
  static task<std::expected<typename reply_t<Message>::value_type, error>> ask_channel(
      ref<channel> actor, Message message);
  task<std::expected<protocol::api::publish_result, error>> publish_to(
      std::string channel, std::string data, protocol::api::publish_options options);

  task<api_response> publish(std::string body);
  task<api_response> broadcast(std::string body);
  task<api_response> presence(std::string body);
  task<api_response> presence_stats(std::string body);
  task<api_response> history(std::string body);
  task<api_response> history_remove(std::string body);
  task<api_response> channels(std::string body);
  task<api_response> info(duration uptime);

  const context& shared_;
  ref<hub_supervisor> hub_;
  std::string node_name_;
};

}  // namespace troupe::hub
