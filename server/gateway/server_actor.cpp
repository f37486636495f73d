#include "gateway/server_actor.hpp"

#include <stdexcept>
#include <utility>

#include "gateway/connection_supervisor.hpp"
#include "transport/tls/tls_stream.hpp"

namespace troupe::gateway {
namespace {

constexpr std::uint32_t listening_worker = 0;
constexpr std::chrono::seconds listener_answers_within{5};

}  // namespace

listener::listener(const context& shared, ref<connection_supervisor> connections,
                   io::endpoint address, exposure offered)
    : shared_(shared),
      connections_(std::move(connections)),
      offered_(offered),
      speaks_tls_(shared.identity && (offered != exposure::for_operators ||
                                      !shared.hub.configuration().http_server.tls_external)),
      acceptor_(listen(address)) {
  // The first time, whoever started the server is told. Later the supervisor has to decide.
  if (!acceptor_ && restarted()) {
    throw std::runtime_error("cannot listen on " + address.address +
                             " again: " + acceptor_.error().detail);
  }
}

std::expected<io::endpoint, io::error> listener::on(find_address) const {
  if (!acceptor_) return std::unexpected(acceptor_.error());
  return (*acceptor_)->address();
}

void listener::on(io::accepted message) {
  auto place = shared_.sockets.try_enter();
  if (!place) {
    shared_.hub.counters.connections_refused.add();
    shared_.hub.log.warn("connection closed", {{"reason", "too many open connections"}});
    return;
  }
  if (speaks_tls_) {
    message.stream = tls::serve(std::move(message.stream), shared_.identity->current());
  }
  const std::uint32_t worker = next_worker_++ % shared_.worker_count;
  const tell_status status = connections_.tell(arrival{.stream = std::move(message.stream),
                                                       .peer = std::move(message.peer),
                                                       .offered = offered_,
                                                       .worker = worker,
                                                       .socket = *std::move(place)});
  if (status != tell_status::accepted) {
    shared_.hub.log.warn("connection closed", {{"reason", "connection supervisor overloaded"}});
  }
}

server_actor::server_actor(const context& shared, ref<connection_supervisor> connections)
    : shared_(shared), connections_(std::move(connections)) {
  if (shared_.state.draining) return;
  const auto& rules = shared_.hub.configuration().http_server;
  const bool on_loopback = core::is_loopback(rules.address);
  if (!on_loopback) {
    internal_ = listen_on(rules.internal_address, rules.internal_port, exposure::for_operators);
  }
  main_ = listen_on(rules.address, rules.port,
                    on_loopback ? exposure::everything : exposure::for_clients);
}

server_actor::place server_actor::listen_on(const std::string& address, std::uint16_t port,
                                            exposure offered) {
  const io::endpoint where{address == "localhost" ? "127.0.0.1" : address, port};
  return {where, spawn<listener>(spawn_options{.worker = listening_worker}, std::cref(shared_),
                                 connections_, where, offered)};
}

task<find_addresses::reply> server_actor::ask(place where) {
  auto answer = co_await where.who.ask(listener::find_address{}, listener_answers_within);
  if (answer) co_return listening{.address = *std::move(answer), .internal = {}};
  if (answer.error().answer()) {
    co_return std::unexpected(listen_failure{where.address, *answer.error().answer()});
  }
  co_return std::unexpected(
      listen_failure{where.address, {io::errc::other, answer.error().no_answer()->describe()}});
}

task<find_addresses::reply> server_actor::on(find_addresses) {
  auto found = co_await ask(main_);
  if (!found || !internal_) co_return found;
  const auto internal = co_await ask(*internal_);
  if (!internal) co_return std::unexpected(internal.error());
  found->internal = internal->address;
  co_return found;
}

void server_actor::on(stop_listening) {
  main_.who.stop();
}

}  // namespace troupe::gateway
