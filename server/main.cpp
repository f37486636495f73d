// main.cpp — the composition root: reads the command line, names every adapter, starts and ends the
// server.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <expected>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

#include <troupe/troupe.hpp>

#include "adapters/by_namespace/history.hpp"
#include "adapters/curl/curl_client.hpp"
#include "adapters/files/certificate_file.hpp"
#include "adapters/files/config_file.hpp"
#include "adapters/files/data_directory.hpp"
#include "adapters/log/spdlog_log.hpp"
#include "adapters/memory/event_log.hpp"
#include "adapters/memory/history.hpp"
#include "adapters/process/process_cost.hpp"
#include "adapters/process/process_events.hpp"
#include "adapters/sqlite/event_log.hpp"
#include "adapters/sqlite/history.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "core/bounded_log.hpp"
#include "core/configuration.hpp"
#include "core/counters.hpp"
#include "core/live_configuration.hpp"
#include "core/random.hpp"
#include "core/reload.hpp"
#include "core/tryout.hpp"
#include "crypto/configured_keys.hpp"
#include "crypto/key_set.hpp"
#include "crypto/random.hpp"
#include "gateway/context.hpp"
#include "gateway/framing.hpp"
#include "gateway/greeting.hpp"
#include "gateway/system_supervisor.hpp"
#include "services/hub/application.hpp"
#include "services/hub/context.hpp"
#include "services/hub/token_keys.hpp"
#include "transport/tls/identity.hpp"

namespace {

using namespace troupe;
using adapters::process_events;
using cli::exit_code;

constexpr std::string_view version = TROUPE_VERSION;
constexpr std::chrono::seconds start_within{10};
/// Connections beside WebSockets: requests to the API, pages, probes.
constexpr std::size_t plain_connections_max = 4096;
/// Some supervisors signal a process and its group at once: signals so close together are one.
constexpr std::chrono::milliseconds same_signal_within{50};
constexpr int same_signals_max = 8;
constexpr std::size_t node_id_bytes = 16;
constexpr std::chrono::days certificate_warning{14};
/// Of the time for shutting down, what the drain may take; the rest is for the actors to stop.
constexpr double drain_share = 0.8;

std::string node_name(const core::configuration& configuration) {
  if (!configuration.node.name.empty()) return configuration.node.name;
  std::string host(256, '\0');
  if (::gethostname(host.data(), host.size() - 1) != 0) host = "localhost";
  return std::string(host.c_str()) + "_" + std::to_string(configuration.http_server.port);
}

using tls_section = core::configuration::http_server_section::tls_section;

std::expected<tls::identity, std::string> load_identity(const tls_section& from) {
  const auto read = files::read_certificate(from);
  if (!read) return std::unexpected(read.error());
  auto made = tls::identity::from_pem(read->certificates.text, read->private_key.text);
  if (made) return *std::move(made);
  const bool about_key = made.error().about == tls::identity_error::part::private_key;
  const files::pem_text& wrong = about_key ? read->private_key : read->certificates;
  return std::unexpected(wrong.origin + ": " + made.error().text);
}

/// Says until when the certificate is good, loudly when that is soon.
void tell_expiry(const tls::identity& identity, core::log& log) {
  const auto left =
      std::chrono::floor<std::chrono::days>(identity.expires() - adapters::spdlog_log::now());
  if (left < certificate_warning) {
    log.warn("certificate expires soon", {{"days_left", left.count()}});
  } else {
    log.info("certificate loaded", {{"days_left", left.count()}});
  }
}

core::prepare_reload prepare_identity(tls::live_identity& in_use, core::log& log) {
  return [&in_use, &log](
             const core::configuration& next) -> std::expected<core::commit_reload, std::string> {
    auto loaded = load_identity(next.http_server.tls);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    return [&in_use, &log, identity = *std::move(loaded)]() noexcept {
      in_use.replace(identity);
      tell_expiry(identity, log);
    };
  };
}

/// What follows a reload by more than being looked up. Log and admissions outlive the reloader.
core::commit_reload prepare_limits(const core::configuration& next, adapters::spdlog_log& lines,
                                   gateway::admission& sockets) {
  const auto level = core::parse_log_level(next.log.level).value_or(core::log_level::info);
  const std::size_t connections = next.client.connection_limit;
  return [&lines, &sockets, level, connections]() noexcept {
    lines.set_level(level);
    sockets.set_limit(connections + plain_connections_max);
  };
}

/// Where the channels keep their publications: in memory, and on disk what namespaces want there.
struct channel_history {
  explicit channel_history(std::uint64_t seed) : in_memory(seed) {}

  [[nodiscard]] ports::history& whole() {
    return routed ? *routed : static_cast<ports::history&>(in_memory);
  }

  memory::history in_memory;
  std::unique_ptr<sqlite::history> durable{};       // null when no namespace is persistent
  std::unique_ptr<by_namespace::history> routed{};  // null with it
};

/// The error is for the operator.
std::expected<void, std::string> open_durable(channel_history& histories,
                                              files::data_directory& data,
                                              const core::configuration::channel_section& rules,
                                              std::uint64_t seed, core::log& log) {
  if (!by_namespace::any_persistent(rules)) return {};
  if (const auto locked = data.lock(); !locked) return std::unexpected(locked.error().text);
  // The clock behind the time of actors, beside the one that goes on between two processes.
  const sqlite::clock_reading started{
      // tidy: allow clock because this is where the two are handed in
      .now = time_point(std::chrono::steady_clock::now().time_since_epoch()),
      .wall_now = adapters::spdlog_log::now()};
  auto opened = sqlite::history::open(data.path() / "history.sqlite3", seed, started, log);
  if (!opened) return std::unexpected(std::move(opened.error().what));
  histories.durable = *std::move(opened);
  histories.routed =
      std::make_unique<by_namespace::history>(histories.in_memory, *histories.durable, rules);
  return {};
}

/// What the application has still to be told of: on disk, where it is told anything. The error is
/// for the operator.
std::expected<std::unique_ptr<ports::event_log>, std::string> open_event_log(
    const core::configuration& configuration, files::data_directory& data, core::log& log) {
  if (!hub::application::is_told(configuration)) return std::make_unique<memory::event_log>();
  if (const auto locked = data.lock(); !locked) return std::unexpected(locked.error().text);
  auto opened = sqlite::event_log::open(data.path() / "events.sqlite3", log);
  if (!opened) return std::unexpected(std::move(opened.error().what));
  return *std::move(opened);
}

std::string_view name_of(directive decision) {
  switch (decision) {
    case directive::resume:
      return "resume";
    case directive::restart:
      return "restart";
    case directive::stop:
      return "stop";
    case directive::escalate:
      return "escalate";
  }
  return "";
}

/// Tells the main thread that the root of the server has stopped, and why.
class end_watch final : public actor {
 public:
  end_watch(const ref<gateway::system_supervisor>& root, std::function<void(stop_reason)> ended)
      : ended_(std::move(ended)) {
    monitor(root);
  }
  void on(terminated message) { ended_(message.why); }

 private:
  std::function<void(stop_reason)> ended_;
};

/// Ends what an adapter has under way before the system of the actors that wait for it is
/// destroyed.
template <class Adapter>
struct closed_at_end {
  Adapter& adapter;
  ~closed_at_end() { adapter.close(); }
};

/// The next event that is no request to reload: those come too late for a server that drains.
process_events::event wait_draining(process_events& events, std::chrono::milliseconds within) {
  process_events::event next = events.wait(within);
  while (next == process_events::event::asked_to_reload) next = events.wait(within);
  return next;
}

/// Runs until a signal or the end of the root; drains in between. False when the server failed.
bool run_until_the_end(process_events& events, troupe::system& system,
                       const ref<gateway::system_supervisor>& root,
                       const core::live_configuration& configuration,
                       const std::function<void()>& reload, core::log& log) {
  std::atomic<bool> failed = false;
  system.spawn<end_watch>(root, std::function<void(stop_reason)>([&](stop_reason why) {
                            failed = why == stop_reason::failed;
                            events.wake();
                          }));
  process_events::event next = events.wait();
  while (next == process_events::event::asked_to_reload) {
    reload();
    next = events.wait();
  }
  const std::chrono::milliseconds within = configuration.current().shutdown.timeout;
  const auto drain_within =
      std::chrono::duration_cast<std::chrono::milliseconds>(within * drain_share);
  if (next == process_events::event::asked_to_end) {
    for (int i = 0; i < same_signals_max && next == process_events::event::asked_to_end; ++i) {
      next = wait_draining(events, same_signal_within);
    }
    log.info("draining", {{"within_ms", within.count()}});
    process_events::end_by_force_after(std::chrono::ceil<std::chrono::seconds>(within) +
                                       std::chrono::seconds(5));
    root.tell(gateway::drain{drain_within});
    if (next != process_events::event::woken) next = wait_draining(events, drain_within);
    switch (next) {
      case process_events::event::asked_to_end:
        std::cerr << "stopped at once by a second signal\n" << std::flush;
        std::_Exit(static_cast<int>(exit_code::failure));
      case process_events::event::nothing:
        log.warn("drain ran out of time");
        break;
      case process_events::event::asked_to_reload:  // passed over
      case process_events::event::woken:
        break;
    }
  }
  if (failed) log.fatal("the server failed", {{"reason", "a part of it kept failing"}});
  const shutdown_report report = system.shutdown(within - drain_within);
  for (const std::string& each : report.still_running) {
    log.warn("stopped by force", {{"actor_type", each}});
  }
  if (!failed) log.info("stopped");
  return !failed;
}

exit_code serve(const cli::serve_command& command, cli::surroundings& world,
                process_events& events) {
  auto configuration = cli::load_configuration(command.from, world);
  if (!configuration) return configuration.error();
  const wall_time started = adapters::spdlog_log::now();
  const auto level = core::parse_log_level(configuration->log.level);
  adapters::spdlog_log lines(std::cerr, level.value_or(core::log_level::info));
  core::bounded_log log(lines, &adapters::spdlog_log::now);
  const auto fail = [&](const std::string& why) {
    world.err << "error: " << why << '\n';
    return exit_code::failure;
  };

  files::data_directory data(configuration->storage.path);
  const bool tried_out = core::is_tried_out(*configuration);
  if (tried_out) {
    if (const auto locked = data.lock(); !locked) return fail(locked.error().text);
    auto made = data.development_secret(world.random);
    if (!made) return fail(made.error().text);
    configuration->client.token.hmac_secret_key = *std::move(made);
    core::add_demo_namespace(*configuration);
  }
  const crypto::hmac_key development_key(configuration->client.token.hmac_secret_key);
  const auto& connection_rules = configuration->client.token;
  const auto& subscription_rules = configuration->client.subscription_token;
  auto connection_keys = crypto::configured_keys(connection_rules, "client.token");
  if (!connection_keys) return fail(connection_keys.error());
  auto subscription_keys = crypto::configured_keys(subscription_rules, "client.subscription_token");
  if (!subscription_keys) return fail(subscription_keys.error());
  hub::token_keys connections(*std::move(connection_keys), connection_rules.jwks_public_endpoint);
  hub::token_keys own_subscriptions(*std::move(subscription_keys),
                                    subscription_rules.jwks_public_endpoint);
  const hub::token_keys& subscriptions =
      subscription_rules.enabled ? own_subscriptions : connections;
  adapters::curl_client http;
  const auto kept_events = open_event_log(*configuration, data, log);
  if (!kept_events) return fail(kept_events.error());

  std::array<std::uint64_t, 2> seeds{};
  if (!world.random.fill(std::as_writable_bytes(std::span(seeds)))) {
    return fail("the system has no randomness to give");
  }
  const auto node_id = core::random_hex(world.random, node_id_bytes);
  if (!node_id) return fail("the system has no randomness to give");
  channel_history histories(seeds[0]);
  const auto durable = open_durable(histories, data, configuration->channel, seeds[1], log);
  if (!durable) return fail(durable.error());
  core::counters counters;
  core::live_configuration live(*configuration);
  const hub::context hub{.live_configuration = live,
                         .history = histories.whole(),
                         .token_keys = connections.keys(),
                         .counters = counters,
                         .log = log,
                         .frame = &gateway::frame,
                         .version = version,
                         .subscription_token_keys = &subscriptions.keys(),
                         .connection_key_endpoint = connections.endpoint(),
                         .subscription_key_endpoint = subscriptions.endpoint(),
                         .http = &http,
                         .events = kept_events->get()};

  std::optional<tls::live_identity> identity;
  if (configuration->http_server.tls.enabled) {
    auto loaded = load_identity(configuration->http_server.tls);
    if (!loaded) return fail(loaded.error());
    tell_expiry(*loaded, log);
    identity.emplace(*std::move(loaded));
  }

  const std::uint64_t descriptors = process_events::raise_descriptor_limit();
  const std::size_t connection_limit = configuration->client.connection_limit;
  if (descriptors < connection_limit) {
    log.info("fewer descriptors than connections",
             {{"descriptors_max", descriptors}, {"connection_limit", connection_limit}});
  }
  gateway::admission sockets(connection_limit + plain_connections_max);
  gateway::client_admission clients(connection_limit, time_point{});
  gateway::server_state state;
  gateway::context shared{.hub = hub,
                          .sockets = sockets,
                          .clients = clients,
                          .state = state,
                          .secrets = world.random,
                          .running = nullptr,
                          .worker_count = 1,
                          .node_name = node_name(*configuration),
                          .node_id = *node_id,
                          .started = started,
                          .measure_process = &adapters::measure_process,
                          .identity = identity ? &*identity : nullptr,
                          .development_key = tried_out ? &development_key : nullptr};

  troupe::system system({.on_failure = [&log](const failure& cause, directive decision) {
    log.error("actor failed", {{"actor_type", cause.actor_type},
                               {"message", cause.message},
                               {"reason", cause.what},
                               {"decision", name_of(decision)}});
  }});
  const closed_at_end<adapters::curl_client> requests_end{http};
  shared.running = &system;
  shared.worker_count = system.worker_count();

  // One that keeps failing is not restarted from here: the process ends, and says so.
  const spawn_options once{.on_failure = {.restarts_max = 0, .when_exceeded = directive::stop}};
  const auto root = system.spawn<gateway::system_supervisor>(once, std::cref(shared));
  const auto parts = system.ask(root, gateway::find_parts{}, start_within);
  if (!parts) return fail("the server did not start: " + parts.error().describe());
  const auto where = system.ask(parts->server, gateway::find_addresses{}, start_within);
  if (!where) {
    const auto* failure = where.error().answer();
    return fail(failure ? gateway::explain(*failure) : where.error().no_answer()->describe());
  }
  log.info("listening",
           {{"address", gateway::host_and_port(where->address)},
            {"internal", where->internal ? gateway::host_and_port(*where->internal) : "none"},
            {"workers", shared.worker_count},
            {"version", version}});
  world.out << gateway::greeting(*where, configuration->http_server, version, tried_out)
            << std::flush;
  core::reloader reloads(live, log);
  reloads.add(
      [&](const core::configuration& next) { return prepare_limits(next, lines, sockets); });
  reloads.add([&](const core::configuration& next) {
    return hub::prepare_keys(next, connections, own_subscriptions);
  });
  if (identity) reloads.add(prepare_identity(*identity, log));
  const auto reload = [&] {
    auto next = cli::read_configuration(command.from, world);
    if (next && tried_out) {
      core::add_demo_namespace(next->value);
      std::string& secret = next->value.client.token.hmac_secret_key;
      if (secret.empty()) secret = configuration->client.token.hmac_secret_key;
    }
    reloads.apply(std::move(next));
  };
  const bool ended_well = run_until_the_end(events, system, root, live, reload, log);
  return ended_well ? exit_code::success : exit_code::failure;
}

std::vector<core::named_value> environment_of(const char* const* variables) {
  std::vector<core::named_value> all;
  for (; *variables; ++variables) {
    const std::string_view text = *variables;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    all.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

std::expected<core::setting, std::string> read_file(const std::string& path) {
  auto read = files::read_config_file(path);
  if (!read) return std::unexpected(std::move(read.error().text));
  return *std::move(read);
}

}  // namespace

int main(int argc, char** argv) {
  const auto environment = environment_of(environ);
  crypto::system_random random;
  cli::surroundings world{
      .out = std::cout,
      .err = std::cerr,
      .environment = environment,
      .read_file = &read_file,
      .development_secret =
          [&random](const std::string& path) -> std::expected<std::string, std::string> {
        auto made = files::data_directory(path).development_secret(random);
        if (!made) return std::unexpected(std::move(made.error().text));
        return *std::move(made);
      },
      .random = random,
      .now = std::chrono::floor<std::chrono::seconds>(adapters::spdlog_log::now()),
      .version = version};

  const auto command = cli::parse(argc, argv);
  if (!command) return static_cast<int>(cli::run(command.error(), world));
  if (const auto* wanted = std::get_if<cli::serve_command>(&*command)) {
    process_events events;
    return static_cast<int>(serve(*wanted, world, events));
  }
  return static_cast<int>(std::visit(
      [&](const auto& other) {
        if constexpr (std::same_as<decltype(other), const cli::serve_command&>) {
          return exit_code::failure;  // served above
        } else {
          return cli::run(other, world);
        }
      },
      *command));
}
