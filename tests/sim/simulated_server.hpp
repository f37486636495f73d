// simulated_server.hpp — the whole server on the simulator: the actors of main.cpp with the real
// adapters that need no operating system, in-memory connections and a virtual clock. It is a world
// of its own, or a node of one that the test has: then it can crash, and another can take its
// place.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/sim.hpp>
#include <troupe/sim_node.hpp>
#include <troupe/troupe.hpp>

#include "adapters/memory/event_log.hpp"
#include "adapters/memory/history.hpp"
#include "core/configuration.hpp"
#include "core/counters.hpp"
#include "core/live_configuration.hpp"
#include "core/memory_log.hpp"
#include "crypto/key_set.hpp"
#include "gateway/context.hpp"
#include "gateway/framing.hpp"
#include "gateway/system_supervisor.hpp"
#include "services/hub/context.hpp"
#include "tests/sim/wire_client.hpp"

namespace troupe::sim {

/// Everybody may do everything; one namespace, `chat`, with history, recovery and presence.
inline core::configuration open_configuration() {
  core::configuration all;
  all.client.insecure = true;
  all.http_api.key = "the-api-key";
  core::channel_namespace chat{.name = "chat", .options = {}};
  chat.options.presence = true;
  chat.options.join_leave = true;
  chat.options.force_push_join_leave = true;
  chat.options.history_size = 100'000;
  chat.options.history_ttl = std::chrono::hours(1);
  chat.options.history_meta_ttl = std::chrono::hours(24);
  chat.options.force_recovery = true;
  chat.options.allow_history_for_client = true;
  chat.options.allow_presence_for_client = true;
  all.channel.namespaces.push_back(std::move(chat));
  return all;
}

class simulated_server {
 public:
  struct options {
    core::configuration configuration = open_configuration();
    /// Stands between the hub and the memory history.
    std::function<std::unique_ptr<ports::history>(ports::history&)> history{};
    /// Stands in the memory history's place, and outlives the server; null: nothing does.
    ports::history* store = nullptr;
    std::size_t sockets_max = 1000;
    std::uint32_t workers = 2;
    /// What the server asks of others; null: nothing.
    ports::http_client* http = nullptr;
  };

  simulated_server(std::uint64_t seed, options with)
      : simulated_server(std::make_unique<simulation>(seed, sim::options{.workers = with.workers}),
                         nullptr, seed, std::move(with)) {}
  explicit simulated_server(std::uint64_t seed) : simulated_server(seed, options{}) {}
  /// A node of `in`, which outlives it.
  simulated_server(simulation& in, std::uint64_t seed, options with)
      : simulated_server(nullptr, &in, seed, std::move(with)) {}

 private:
  simulated_server(std::unique_ptr<simulation> own, simulation* in, std::uint64_t seed,
                   options with)
      : configuration_(std::move(with.configuration)),
        live_(configuration_),
        memory_(seed),
        wrapped_(with.history ? with.history(memory_) : nullptr),
        key_(configuration_.client.token.hmac_secret_key),
        hub_{.live_configuration = live_,
             .history = wrapped_     ? *wrapped_
                        : with.store ? *with.store
                                     : static_cast<ports::history&>(memory_),
             .token_keys = key_,
             .counters = counters,
             .log = log,
             .frame = &gateway::frame,
             .version = "0.0.0",
             .http = with.http,
             .events = &events},
        sockets(with.sockets_max),
        clients(configuration_.client.connection_limit, time_point{}),
        shared_{.hub = hub_,
                .sockets = sockets,
                .clients = clients,
                .state = state,
                .secrets = secrets_,
                .running = nullptr,
                .worker_count = with.workers,
                .node_name = "sim",
                .node_id = "sim"},
        own_(std::move(own)),
        world_(own_ ? *own_ : *in) {
    if (in) node_.emplace(*in, node_options{.workers = with.workers});
    shared_.running = &system();
    root = system().spawn<gateway::system_supervisor>(
        spawn_options{.on_failure = {.restarts_max = 0, .when_exceeded = directive::stop}},
        std::cref(shared_));
    parts = ask(root, gateway::find_parts{});
    world_.settle();
  }

 public:
  simulation& world() { return world_; }
  /// Where the server's actors are; those of clients are in the world's own.
  troupe::system& system() { return node_ ? node_->system() : world_.system(); }
  /// Of a server that is one.
  node& as_node() { return *node_; }
  core::live_configuration& configuration() { return live_; }
  const gateway::context& shared() const { return shared_; }

  template <class Actor, class Message>
  typename ask_result<Message>::value_type ask(const ref<Actor>& whom, Message message) {
    return world_.system().ask(whom, std::move(message), std::chrono::seconds(60)).value();
  }

  /// A connection from outside; null when nobody listens.
  struct client {
    ref<wire_client> who;
    transcript* heard = nullptr;

    void send(std::string bytes) const { who.tell(say{std::move(bytes)}); }
    void command(std::string_view json) const { send(text_frame(json)); }
  };
  client connect(std::string first_bytes, std::uint16_t port = 8000) {
    auto stream = world_.connect(port);
    return stream ? client_on(*std::move(stream), std::move(first_bytes)) : client{};
  }
  client client_on(io::pending_stream stream, std::string first_bytes) {
    transcript& heard = transcripts_.emplace_back();
    return {world_.system().spawn<wire_client>(temporary{}, std::move(stream), std::ref(heard),
                                               std::move(first_bytes)),
            &heard};
  }
  /// A client that has connected to the hub, and to a channel when one is named.
  client connect_to_hub(std::string_view channel = "") {
    const client made = connect(upgrade_request() + text_frame(R"({"id":1,"connect":{}})"));
    if (!channel.empty()) subscribe(made, channel);
    return made;
  }
  static void subscribe(const client& who, std::string_view channel) {
    who.command(R"({"id":2,"subscribe":{"channel":")" + std::string(channel) + "\"}}");
  }

  type_statistics statistics_of(std::string_view actor_type) {
    for (const type_statistics& each : system().statistics()) {
      if (each.actor_type == actor_type) return each;
    }
    return {};
  }

 private:
  /// Counts: no two sessions are the same, and each run has the same ones.
  class counted_secrets final : public core::random_source {
   public:
    std::expected<void, core::random_errc> fill(std::span<std::byte> bytes) override {
      for (std::byte& each : bytes) each = {};
      if (!bytes.empty()) bytes.front() = static_cast<std::byte>(++count_);
      return {};
    }

   private:
    std::uint8_t count_ = 0;
  };

  const core::configuration configuration_;
  core::live_configuration live_;
  counted_secrets secrets_;
  memory::history memory_;
  std::unique_ptr<ports::history> wrapped_;
  const crypto::hmac_key key_;
  std::deque<transcript> transcripts_;

 public:
  core::counters counters;
  core::memory_log log;
  memory::event_log events;
  gateway::server_state state;

 private:
  const hub::context hub_;

 public:
  gateway::admission sockets;
  gateway::client_admission clients;

 private:
  gateway::context shared_;
  const std::unique_ptr<simulation> own_;
  simulation& world_;
  std::optional<node> node_;

 public:
  ref<gateway::system_supervisor> root;
  gateway::server_parts parts;
};

}  // namespace troupe::sim
