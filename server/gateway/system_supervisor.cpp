#include "gateway/system_supervisor.hpp"

#include <algorithm>

namespace troupe::gateway {

system_supervisor::system_supervisor(const context& shared) : shared_(shared) {
  parts_.hub = spawn<hub::hub_supervisor>(std::cref(shared.hub), shared.worker_count);
  parts_.connections = spawn<connection_supervisor>(
      spawn_options{.mailbox_capacity = connection_supervisor::mailbox_capacity}, std::cref(shared),
      parts_.hub);
  parts_.server =
      spawn<server_actor>(spawn_options{.worker = 0}, std::cref(shared), parts_.connections);
}

void system_supervisor::on(drain message) {
  if (shared_.state.draining.exchange(true)) return;
  drained_by_ = now() + message.within;
  parts_.server.tell(stop_listening{});
  monitor(parts_.connections);
  parts_.connections.tell(message);
}

void system_supervisor::on(terminated) {
  const duration left = std::max<duration>(drained_by_ - now(), std::chrono::milliseconds(1));
  pipe(parts_.hub.ask(hub::flush_events{}, left), [](auto) { return events_flushed{}; });
}

}  // namespace troupe::gateway
