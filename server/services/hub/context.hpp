// context.hpp — what every actor of the hub is given: configuration, ports and keys. Made by the
// composition root, unchanged while the hub runs, and outlives it.
#pragma once

#include <string_view>

#include "core/configuration.hpp"
#include "core/counters.hpp"
#include "core/log.hpp"
#include "core/shared_bytes.hpp"
#include "crypto/key_set.hpp"
#include "ports/history.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

struct context {
  const core::configuration& configuration;
  ports::history& history;
  const crypto::key_set& token_keys;
  core::counters& counters;
  core::log& log;

  /// What protocol::append_message has made, one message or several, as it goes over the wire in
  /// this format. A publication is framed once for all of its subscribers. Any thread.
  core::shared_bytes (*frame)(wire_format format, std::string_view messages);

  std::string_view version;  // of the server, for clients that ask
};

}  // namespace troupe::hub
