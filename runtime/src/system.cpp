#include <array>
#include <functional>
#include <random>
#include <thread>

#include <troupe/system.hpp>

#include "system_core.hpp"
#include "threaded_executor.hpp"

namespace troupe {
namespace detail {
namespace {

class root_actor final : public actor {};

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

system_core::system_core(std::unique_ptr<executor> runs, system_reports reports)
    : reports_(std::move(reports)), serial_(next_serial()), executor_(std::move(runs)) {
  root_ = cell_ptr(*new actor_cell(*this, nullptr, actor_type_of<root_actor>, spawn_options{},
                                   false, make_factory<root_actor, true>()));
  counters_of(actor_type_of<root_actor>).add(count_of::spawned);
  root_->begin();
  executor_->watch({.progress = [this](std::uint64_t actor) { return progress_of(actor); },
                    .alive = [this] { return live_.size(); },
                    .held = [this](const held_worker& which) { report_stall(which); }});
}

system_core::~system_core() {
  shutdown(duration::max());
  executor_->run_leftover();  // what threads of others have signalled since
}

type_counters& system_core::counters_of(std::string_view actor_type) {
  const std::scoped_lock lock(types_mutex_);
  return types_.try_emplace(actor_type, runs().worker_count()).first->second;
}

type_counters& system_core::counters_of(const actor_type& type) {
  struct remembered {
    std::uint64_t system = 0;
    const actor_type* type = nullptr;
    type_counters* counters = nullptr;
  };
  static thread_local std::array<remembered, 8> recent;
  remembered& entry = recent[std::hash<const actor_type*>{}(&type) / alignof(actor_type) % 8];
  if (entry.system != serial_ || entry.type != &type) {
    entry = {serial_, &type, &counters_of(type.name)};
  }
  return *entry.counters;
}

void system_core::report(const failure& cause, directive decision) const noexcept {
  if (reports_.on_failure) reports_.on_failure(cause, decision);
}

std::uint32_t system_core::progress_of(std::uint64_t actor) const {
  std::uint32_t progress = 0;
  live_.with(actor, [&](const actor_cell& cell) { progress = cell.progress(); });
  return progress;
}

void system_core::report_stall(const held_worker& which) {
  stall report{
      .actor = which.actor, .held = which.held, .worker = which.worker, .report = which.report};
  live_.with(which.actor, [&](const actor_cell& cell) {
    const actor_status now = cell.status(executor_->stamp());
    report.actor_type = now.type;
    report.message = now.message;
    report.correlation = now.correlation;
  });
  if (which.report == 1 && !report.actor_type.empty()) {
    counters_of(report.actor_type).add(count_of::stalled);
  }
  if (reports_.on_stall) reports_.on_stall(report);
}

cell_ptr system_core::spawn_root(const actor_type& type, const spawn_options& options, bool once,
                                 std::unique_ptr<actor_factory> factory) {
  cell_ptr child(*new actor_cell(*this, root_.get(), type, options, once, std::move(factory)));
  if (!root_->adopt(*child.get())) child->request_stop(stop_reason::shut_down);
  child->begin();
  if (shut_down_) executor_->run_leftover();
  return child;
}

bool system_core::wait_closed(actor_cell& cell, duration within) {
  struct listener final : control_node {
    listener() noexcept : control_node(&closed) {}
    static void closed(control_node* node, actor_cell&) noexcept {
      const std::unique_ptr<listener> self(static_cast<listener*>(node));
      self->event->set();
    }
    std::shared_ptr<latch> event = std::make_shared<latch>();
  };
  auto* node = new listener;
  const std::shared_ptr<latch> event = node->event;
  cell.on_closed(*node);
  return executor_->wait(*event, within);
}

shutdown_report system_core::shutdown(duration within, duration drain_within) {
  shutdown_report report;
  if (shut_down_) return report;
  if (drain_within > duration::zero()) {
    root_->request_drain(stop_reason::shut_down, drain_within);
    wait_closed(*root_.get(), drain_within);
  }
  root_->request_stop(stop_reason::shut_down);
  if (!wait_closed(*root_.get(), within)) {
    for (const type_statistics& each : statistics()) {
      if (each.alive() && each.actor_type != type_name<root_actor>()) {
        report.still_running.emplace_back(each.actor_type);
      }
    }
  }
  executor_->stop();
  executor_->run_leftover();
  root_->close_forcibly();
  executor_->run_leftover();
  dead_letters_.close();
  shut_down_ = true;
  return report;
}

std::vector<type_statistics> system_core::statistics() const {
  struct with_cells {
    std::uint64_t queued = 0;
    std::uint64_t accepted = 0;
    std::uint64_t handled = 0;
  };
  std::map<std::string_view, with_cells> unpublished;
  for (std::optional<std::uint64_t> position = 0; position;) {
    position = live_.walk(*position, [&](const actor_cell& cell) {
      with_cells& of_type = unpublished[cell.type().name];
      of_type.queued += cell.depth();
      of_type.accepted += cell.accepted_unpublished();
      of_type.handled += cell.handled_unpublished();
    });
  }
  std::vector<type_statistics> all;
  const std::scoped_lock lock(types_mutex_);
  for (const auto& [name, counters] : types_) {
    type_statistics each;
    each.actor_type = name;
    each.stopped = counters.sum(count_of::stopped_by_request);
    each.failed = counters.sum(count_of::stopped_by_failure);
    each.shut_down = counters.sum(count_of::shut_down);
    each.linked = counters.sum(count_of::linked);
    each.spawned = counters.sum(count_of::spawned);
    each.restarts = counters.sum(count_of::restarts);
    const with_cells& more = unpublished[name];
    each.accepted = counters.sum(count_of::accepted) + more.accepted;
    each.handled = counters.sum(count_of::handled) + more.handled;
    each.failed_messages = counters.sum(count_of::failed);
    each.expired = counters.sum(count_of::expired);
    each.dead_letters = counters.sum(count_of::dead_lettered);
    each.dropped = counters.sum(count_of::dropped);
    each.queued = more.queued;
    each.mailbox_full = counters.sum(count_of::mailbox_full);
    each.refused_stopped = counters.sum(count_of::refused_stopped);
    each.stalled = counters.sum(count_of::stalled);
    all.push_back(each);
  }
  return all;
}

std::vector<message_statistics> system_core::message_times() const {
  std::vector<message_statistics> all;
  const std::scoped_lock lock(types_mutex_);
  for (const auto& [name, counters] : types_) counters.times.add_to(all, name);
  return all;
}

std::unique_ptr<system_core> make_threaded_core(system_options options) {
  std::uint32_t workers = options.workers;
  if (workers == 0) workers = std::max(1U, std::thread::hardware_concurrency());
  if (workers > 256) throw std::invalid_argument("system_options::workers is at most 256");
  std::uint64_t seed = options.seed;
  if (seed == 0) {
    // tidy: allow random because a system that is given no seed is not meant to be repeated
    std::random_device device;
    seed = (static_cast<std::uint64_t>(device()) << 32U) | device();
  }
  return std::make_unique<system_core>(
      std::make_unique<threaded_executor>(workers, seed, options.offload_threads,
                                          options.offload_queue_max, options.stall_threshold),
      system_reports{std::move(options.on_failure), std::move(options.on_stall), options.spans});
}

}  // namespace detail

system::system(system_options options) : core_(detail::make_threaded_core(std::move(options))) {}
system::system(std::unique_ptr<detail::system_core> core) noexcept : core_(std::move(core)) {}
system::~system() = default;
system::system(system&&) noexcept = default;

shutdown_report system::shutdown(duration deadline) {
  return core_->shutdown(deadline);
}
shutdown_report system::shutdown(duration deadline, duration drain_within) {
  return core_->shutdown(deadline, drain_within);
}
bool system::subscribe(const detail::cell_ptr& subscriber, detail::make_letter make) {
  return core_->dead_letters().subscribe(subscriber, make);
}
dead_letter_counts system::dead_letters() const noexcept {
  return std::as_const(*core_).dead_letters().counts();
}
std::uint32_t system::worker_count() const noexcept {
  return core_->runs().worker_count();
}
std::vector<type_statistics> system::statistics() const {
  return core_->statistics();
}
std::vector<message_statistics> system::message_times() const {
  return core_->message_times();
}

detail::cell_ptr system::spawn_root(const detail::actor_type& type, const spawn_options& options,
                                    bool temporary,
                                    std::unique_ptr<detail::actor_factory> factory) {
  return core_->spawn_root(type, options, temporary, std::move(factory));
}

bool system::wait_closed(const detail::cell_ptr& cell, duration deadline) {
  return !cell || core_->wait_closed(*cell.get(), deadline);
}

}  // namespace troupe
