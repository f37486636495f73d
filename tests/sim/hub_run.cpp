#include "tests/sim/hub_run.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <troupe/sim_explore.hpp>

#include "tests/conformance/ports/history_caller.hpp"

namespace troupe::sim {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> channels{"chat:lobby", "chat:news", "chat:games", "chat:music"};
constexpr duration poll_interval = 50ms;
constexpr duration disk_fault_length = 3s;
constexpr duration down_max = 3s;

core::configuration configuration() {
  core::configuration all = open_configuration();
  all.client.ping_interval = 5s;
  all.client.pong_timeout = 3s;
  core::channel_options& chat = all.channel.namespaces.front().options;
  chat.join_leave = chat.force_push_join_leave = false;
  chat.presence = false;
  chat.persistent = true;
  return all;
}

sqlite::clock_reading clock_of(const simulation& world) {
  constexpr wall_time first_day = std::chrono::sys_days(std::chrono::January / 1 / 2026);
  return {world.now(), first_day + std::chrono::floor<std::chrono::milliseconds>(
                                       world.now().time_since_epoch())};
}

}  // namespace

options hub_options() {
  options with;
  with.delay_max = 5ms;
  with.offload_max = 20ms;
  with.latency_max = 50ms;
  with.faults.throws = 3;
  with.faults.pauses = 2;
  with.faults.floods = 1;
  with.faults.within = hub_run::faults_until;
  with.faults.pause_max = 2s;
  with.faults.hits = [](std::string_view type) {
    return type.ends_with("::channel") || type.ends_with("::router") ||
           type.ends_with("::fanout") || type.ends_with("::websocket_connection");
  };
  return with;
}

hub_run::hub_run(simulation& world, std::uint64_t seed)
    : world_(world), seed_(seed), disk_(seed), log_(core::log_level::error) {
  users_.reserve(user_count);
  for (std::size_t i = 0; i < user_count; ++i) {
    users_.emplace_back(world_, book_, "u" + std::to_string(i), seed * 1000 + i, channels);
  }
}

hub_run::~hub_run() {
  stop_server(false);
  world_.system().shutdown(duration::zero());
}

void hub_run::run() {
  start_server();
  plan_faults();
  live_until(time_point(1s) + faults_until);
  plan_.clear();
  disk_.set_full(false);
  disk_.set_errors(0);
  if (!server_) start_server();
  live_until(time_point(1s) + length_min - 5s);
  for (hub_user& each : users_) each.settle_down();
  live_until(time_point(1s) + length_min);
  check_convergence();
  check_accounts();
  stop_server(true);
  check_store();
}

std::uint64_t hub_run::hash() const {
  return world_.trace_hash() ^ book_.hash();
}

// ---- the server --------------------------------------------------------------------------------

void hub_run::start_server() {
  // A server whose disk fails when it starts is started again by those who run it.
  auto opened = sqlite::history::open("history.db", seed_ + ++starts_, clock_of(world_), log_);
  if (!opened) {
    ++book_.reached["the store could not be opened"];
    server_starts_ = world_.now() + 1s;
    return;
  }
  store_ = *std::move(opened);
  server_ = std::make_unique<simulated_server>(
      world_, seed_ + starts_,
      simulated_server::options{
          .configuration = configuration(), .history = {}, .store = store_.get()});
}

void hub_run::stop_server(bool power_fails) {
  if (!server_) return;
  if (power_fails) {
    disk_.lose_power();
  } else {
    disk_.lose_process();
  }
  server_->as_node().crash();
  server_.reset();
  store_.reset();
}

// ---- what goes wrong ---------------------------------------------------------------------------

void hub_run::plan_faults() {
  const auto steps = static_cast<std::uint64_t>(faults_until / 100ms);
  for (std::uint32_t i = 0; i < fault_count; ++i) {
    if (const std::uint64_t when = world_.choose(steps); when > 0) {
      plan_.push_back(world_.now() + static_cast<duration::rep>(when) * duration(100ms));
    }
  }
  std::ranges::sort(plan_, std::greater());
}

void hub_run::inject_fault() {
  enum class kind : std::uint8_t {
    cut,
    stall_there,
    stall_back,
    partition,
    partition_one_way,
    node_pause,
    kill,
    power_loss,
    disk_full,
    disk_errors,
    count
  };
  constexpr const char* names[] = {"connection cut",
                                   "stall towards the server",
                                   "stall towards a client",
                                   "partition",
                                   "partition one way",
                                   "node paused",
                                   "process killed",
                                   "power lost",
                                   "disk full",
                                   "disk errors"};
  const auto what = static_cast<kind>(world_.choose(static_cast<std::uint64_t>(kind::count)));
  const duration length = 1s + static_cast<duration::rep>(world_.choose(10)) * duration(1s);
  network& net = world_.network();
  const std::size_t which = net.connections() > 0 ? world_.choose(net.connections()) : 0;
  switch (what) {
    case kind::cut:
      net.cut(which);
      break;
    case kind::stall_there:
      net.stall(which, direction::there, length);
      break;
    case kind::stall_back:
      net.stall(which, direction::back, length);
      break;
    case kind::partition:
      net.partition(direction::both, length);
      break;
    case kind::partition_one_way:
      net.partition(world_.choose(2) == 0 ? direction::there : direction::back, length);
      break;
    case kind::node_pause:
      if (!server_) return;
      server_->as_node().pause(length);
      break;
    case kind::kill:
    case kind::power_loss:
      if (!server_) return;
      stop_server(what == kind::power_loss);
      server_starts_ = world_.now() + down_max / 4 * static_cast<duration::rep>(world_.choose(5));
      break;
    case kind::disk_full:
      disk_.set_full(true);
      disk_heals_ = world_.now() + disk_fault_length;
      break;
    case kind::disk_errors:
      disk_.set_errors(20);
      disk_heals_ = world_.now() + disk_fault_length;
      break;
    case kind::count:
      return;
  }
  ++faults_;
  ++book_.reached[std::string("fault: ") + names[static_cast<std::size_t>(what)]];
}

void hub_run::live_until(time_point end) {
  while (world_.now() < end) {
    world_.run_for(poll_interval);
    for (hub_user& each : users_) each.poll();
    if (disk_heals_ != time_point{} && world_.now() >= disk_heals_) {
      disk_.set_full(false);
      disk_.set_errors(0);
      disk_heals_ = {};
    }
    if (server_ && server_->root.cell()->gone()) {
      ++book_.reached["the server gave up"];
      stop_server(false);
      server_starts_ = world_.now() + 1s;
    }
    if (!server_ && world_.now() >= server_starts_) start_server();
    while (!plan_.empty() && plan_.back() <= world_.now()) {
      plan_.pop_back();
      inject_fault();
    }
  }
}

// ---- what must hold ----------------------------------------------------------------------------

std::optional<ports::history_page> hub_run::read(ports::history& from, const std::string& channel,
                                                 std::optional<std::size_t> limit) {
  auto reader = world_.system().spawn<conformance::history_caller>(std::ref(from));
  auto page = world_.system().ask(
      reader,
      conformance::read_history{
          core::channel_name(channel), {.limit = limit}, {.meta_ttl = 24h}, world_.now()},
      10s);
  reader.stop();
  world_.system().wait_stopped(reader, 10s);
  if (!page) return std::nullopt;
  return *std::move(page);
}

void hub_run::check_convergence() {
  const time_point begin = world_.now();
  for (bool converged = false; !converged;) {
    require(world_.now() - begin <= convergence_max, "all is well 30 s after the last fault");
    live_until(world_.now() + 1s);
    if (!store_) continue;
    std::map<std::string, std::uint64_t, std::less<>> tops;
    for (const std::string& channel : channels) {
      if (const auto page = read(*store_, channel, 0)) tops[channel] = page->top.offset;
    }
    converged = tops.size() == channels.size() &&
                std::ranges::all_of(users_, [&](const hub_user& each) { return each.is_at(tops); });
  }
}

void hub_run::check_accounts() {
  world_.settle();
  for (const type_statistics& each : server_->system().statistics()) {
    require(each.accepted == each.handled + each.failed_messages + each.expired + each.dropped +
                                 each.dead_letters + each.queued,
            "every message is accounted for");
    if (each.restarts > 0) {
      book_.reached["restarts of " + std::string(each.actor_type)] += each.restarts;
    }
  }
}

void hub_run::check_store() {
  auto opened = sqlite::history::open("history.db", seed_, clock_of(world_), log_);
  require(opened.has_value(), "the store can be opened after a crash");
  for (const std::string& channel : channels) {
    const auto page = read(**opened, channel, std::nullopt);
    require(page.has_value(), "the store can be read after a crash");
    std::vector<ledger::stored> all;
    for (const auto& each : page->publications) {
      const std::string& data = each.data;
      const auto at = data.find(R"("n":")") + 5;
      all.push_back({each.offset, data.substr(at, data.find('"', at) - at)});
    }
    book_.check_stored(channel, page->top.epoch, all);
  }
  const disk_counts& disk = disk_.counts();
  book_.reached["writes lost with the power"] += disk.lost_writes;
  book_.reached["writes torn with the power"] += disk.torn_writes;
  book_.reached["writes refused by a full disk"] += disk.full;
  book_.reached["errors of the disk"] += disk.write_errors + disk.sync_errors + disk.read_errors;
  book_.reached["publications acknowledged"] += book_.acknowledged_count();
  book_.reached["publications delivered"] += book_.delivered_count();
}

}  // namespace troupe::sim
