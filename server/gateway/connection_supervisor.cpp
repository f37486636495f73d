#include "gateway/connection_supervisor.hpp"

#include <utility>

#include "gateway/client_connection.hpp"
#include "gateway/http_connection.hpp"
#include "gateway/stream_connection.hpp"
#include "gateway/websocket_connection.hpp"

namespace troupe::gateway {
namespace {

// Shares of the time there is to drain.
constexpr int quieting_share = 2;
constexpr int handing_over_share = 4;

}  // namespace

connection_supervisor::connection_supervisor(const context& shared, ref<hub::hub_supervisor> hub)
    : shared_(shared), hub_(std::move(hub)) {
  // One that failed while the server drained has lost its connections: nothing is left to do.
  if (shared_.state.draining) stop();
}

void connection_supervisor::on(arrival message) {
  // Operators may watch the drain, but not hold its end up.
  const bool watches = message.offered == exposure::for_operators && step_ < disconnecting;
  if (step_ != serving && !watches) return;
  const temporary options{{.worker = message.worker}};
  auto connection =
      spawn<http_connection>(options, std::cref(shared_), hub_, self(), std::move(message));
  monitor(connection);
  const std::uint64_t id = connection.id();
  https_.emplace(id, entry<http_connection>{std::move(connection), step_ != serving});
}

void connection_supervisor::on(upgrade message) {
  const temporary options{{.worker = message.at.worker}};
  welcome(
      spawn<websocket_connection>(options, std::cref(shared_), hub_, self(), std::move(message)));
}

void connection_supervisor::on(begin_stream message) {
  const temporary options{{.worker = message.at.worker}};
  const std::string session = message.session;
  const auto connection =
      spawn<stream_connection>(options, std::cref(shared_), hub_, self(), std::move(message));
  sessions_.emplace(session, connection);
  session_names_.emplace(connection.id(), session);
  welcome(connection);
}

// While draining too: the client has been promised its transport, and hears 3001 on it.
void connection_supervisor::welcome(ref<client_connection> client) {
  monitor(client);
  if (step_ != serving) {
    client.tell(quiesce{});
    ++loud_;
  }
  if (step_ == disconnecting) client.tell(end_connection{protocol::disconnects::shutdown});
  const std::uint64_t id = client.id();
  clients_.emplace(id, entry<client_connection>{std::move(client)});
}

connection_counts connection_supervisor::on(count_connections) const {
  return {.http = https_.size(), .clients = clients_.size()};
}

ref<stream_connection> connection_supervisor::on(find_session message) const {
  const auto found = sessions_.find(message.session);
  return found == sessions_.end() ? ref<stream_connection>{} : found->second;
}

void connection_supervisor::on(quiet message) {
  const auto became_quiet = [&](auto& among) {
    const auto found = among.find(message.who);
    if (found == among.end() || std::exchange(found->second.quiet, true)) return;
    --loud_;
  };
  became_quiet(https_);
  became_quiet(clients_);
  go_on();
}

void connection_supervisor::on(terminated message) {
  const auto forget = [&](auto& among) {
    const auto gone = among.extract(message.who);
    if (gone && step_ != serving && !gone.mapped().quiet) --loud_;
  };
  forget(https_);
  forget(clients_);
  if (const auto named = session_names_.extract(message.who)) sessions_.erase(named.mapped());
  go_on();
}

template <class Message>
void connection_supervisor::tell_all(const Message& message) {
  const auto tell_each = [&](auto& among) {
    for (auto& [id, each] : among) {
      if (each.who.tell(message) == tell_status::mailbox_full) each.who.stop();
    }
  };
  tell_each(https_);
  tell_each(clients_);
}

void connection_supervisor::on(drain message) {
  if (step_ != serving) return;
  step_ = quieting;
  within_ = message.within;
  loud_ = https_.size() + clients_.size();
  tell_all(quiesce{});
  send_after(within_ / quieting_share, step_overdue{quieting});
  go_on();
}

void connection_supervisor::go_on() {
  if (step_ == quieting && loud_ == 0) hand_over();
  if (step_ == disconnecting && https_.empty() && clients_.empty()) stop();
}

void connection_supervisor::hand_over() {
  step_ = handing_over;
  const duration within = within_ / handing_over_share;
  send_after(within, step_overdue{handing_over});
  pipe(hub_.ask(hub::find_directory{}, within),
       [](auto result) { return directory_found{std::move(result)}; });
}

void connection_supervisor::on(directory_found message) {
  if (step_ != handing_over) return;
  if (!message.result) return disconnect_all();
  barriers_left_ = message.result->fanouts.size();
  for (const ref<hub::fanout>& each : message.result->fanouts) {
    pipe(each.ask(hub::barrier{}, within_ / handing_over_share),
         [](auto result) { return barrier_passed{std::move(result)}; });
  }
}

void connection_supervisor::on(barrier_passed) {
  // One that failed has nothing more to hand over.
  if (--barriers_left_ == 0 && step_ == handing_over) disconnect_all();
}

void connection_supervisor::on(step_overdue message) {
  if (message.step != step_) return;
  shared_.hub.log.warn("drain step overdue", {{"busy_connections", loud_}});
  if (step_ == quieting) {
    hand_over();
  } else {
    disconnect_all();
  }
}

void connection_supervisor::disconnect_all() {
  step_ = disconnecting;
  tell_all(end_connection{protocol::disconnects::shutdown});
  go_on();
}

}  // namespace troupe::gateway
