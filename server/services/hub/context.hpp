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

namespace troupe::hub {

struct context {
  const core::configuration& configuration;
  ports::history& history;
  const crypto::key_set& token_keys;
  core::counters& counters;
  core::log& log;

  /// One JSON object as it goes over the wire to clients, framed. A publication is framed once for
  /// all of its subscribers. Any thread.
  core::shared_bytes (*frame_json)(std::string_view object);

  std::string_view version;  // of the server, for clients that ask
};

}  // namespace troupe::hub
