// context.hpp — what every actor of the hub is given: configuration, ports and keys. Made by the
// composition root and outlives the hub; a reload changes what configuration() gives.
#pragma once

#include <string_view>

#include "core/configuration.hpp"
#include "core/counters.hpp"
#include "core/live_configuration.hpp"
#include "core/log.hpp"
#include "core/shared_bytes.hpp"
#include "crypto/key_set.hpp"
#include "ports/event_log.hpp"
#include "ports/history.hpp"
#include "ports/http_client.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

struct key_endpoint;

struct context {
  const core::live_configuration& live_configuration;
  ports::history& history;
  const crypto::key_set& token_keys;  // of connections
  core::counters& counters;
  core::log& log;

  /// What protocol::append_message has made, one message or several, as it goes over the wire in
  /// this format. A publication is framed once for all of its subscribers. Any thread.
  core::shared_bytes (*frame)(wire_format format, std::string_view messages);

  std::string_view version;  // of the server, for clients that ask

  /// Where subscription tokens have keys of their own; null: token_keys.
  const crypto::key_set* subscription_token_keys = nullptr;

  /// Where public keys are published; null: nowhere. One and the same where both kinds of token
  /// share their keys.
  const key_endpoint* connection_key_endpoint = nullptr;
  const key_endpoint* subscription_key_endpoint = nullptr;
  ports::http_client* http = nullptr;  // null: nothing is asked of others
  ports::event_log* events = nullptr;  // null: the application is told nothing

  /// The one in use. Ask at each use: an actor that keeps what it was told does not follow a
  /// reload.
  const core::configuration& configuration() const noexcept { return live_configuration.current(); }
};

}  // namespace troupe::hub
