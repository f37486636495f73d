// context.hpp — what every actor of the gateway is given. Made by the composition root, and
// outlives the actors.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <troupe/clock.hpp>
#include <troupe/system.hpp>

#include "core/process_cost.hpp"
#include "core/random.hpp"
#include "crypto/key_set.hpp"
#include "gateway/admission.hpp"
#include "gateway/client_admission.hpp"
#include "services/hub/context.hpp"
#include "transport/tls/identity.hpp"

namespace troupe::gateway {

/// What all parts of the server must know at once. Any thread.
struct server_state {
  std::atomic<bool> draining{false};  // no new clients; those that are here are sent away
  std::atomic<bool> key_hint_given{false};
};

struct context {
  const hub::context& hub;
  admission& sockets;         // all open connections
  client_admission& clients;  // those of them that clients of the hub have
  server_state& state;
  core::random_source& secrets;  // any thread

  const troupe::system* running = nullptr;  // the one these actors run in
  std::uint32_t worker_count = 1;
  std::string node_name;
  std::string node_id;  // of this run, told to clients: no name of a machine
  wall_time started{};
  core::process_cost (*measure_process)() = nullptr;  // null: it is not known. Any thread

  /// What the listeners present, where they speak TLS.
  const tls::live_identity* identity = nullptr;

  /// The development secret, where the server made one for itself: then /dev/token signs with it.
  const crypto::hmac_key* development_key = nullptr;
};

}  // namespace troupe::gateway
