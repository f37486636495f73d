// system_supervisor.hpp — the root of the server: the hub, the connections, the listeners, in the
// order they need each other. A part that fails is restarted; one that keeps failing fails the
// whole, and whoever spawned this actor ends the process.
#pragma once

#include <troupe/actor.hpp>
#include <troupe/monitor.hpp>

#include "gateway/connection_supervisor.hpp"
#include "gateway/context.hpp"
#include "gateway/server_actor.hpp"
#include "services/hub/hub_supervisor.hpp"

namespace troupe::gateway {

struct server_parts {
  ref<hub::hub_supervisor> hub;
  ref<connection_supervisor> connections;
  ref<server_actor> server;
};

struct find_parts {
  using reply = server_parts;
};

class system_supervisor final : public actor {
 public:
  explicit system_supervisor(const context& shared);

  server_parts on(find_parts) const { return parts_; }

  /// Stops listening and drains the connections; when they are gone, and as far as the time goes,
  /// the application is told of them. Then this actor stops.
  void on(drain message);
  void on(terminated message);  // of the connection supervisor, while draining
  struct events_flushed {};
  void on(events_flushed) { stop(); }

 private:
  const context& shared_;
  server_parts parts_;
  time_point drained_by_{};
};

}  // namespace troupe::gateway
