#include <random>
#include <thread>

#include <troupe/system.hpp>

#include "system_core.hpp"
#include "threaded_executor.hpp"

namespace troupe {
namespace detail {
namespace {

class root_actor final : public actor {};

}  // namespace

system_core::system_core(std::unique_ptr<executor> runs,
                         std::function<void(const failure&, directive)> on_failure)
    : on_failure_(std::move(on_failure)), executor_(std::move(runs)) {
  root_ = cell_ptr(*new actor_cell(*this, nullptr, actor_type_of<root_actor>, spawn_options{},
                                   false, make_factory<root_actor, true>()));
  root_->begin();
}

system_core::~system_core() {
  shutdown(duration::max());
}

type_counters& system_core::counters_of(std::string_view actor_type) {
  const std::scoped_lock lock(types_mutex_);
  return types_[actor_type];
}

void system_core::report(const failure& cause, directive decision) const noexcept {
  if (on_failure_) on_failure_(cause, decision);
}

void system_core::enlist(actor_cell& cell) noexcept {
  live_cells& shard = live_[cell.id() % shard_count];
  const std::scoped_lock lock(shard.mutex);
  cell.next_live = shard.first;
  if (shard.first) shard.first->previous_live = &cell;
  shard.first = &cell;
}

void system_core::delist(actor_cell& cell) noexcept {
  live_cells& shard = live_[cell.id() % shard_count];
  const std::scoped_lock lock(shard.mutex);
  if (cell.previous_live) cell.previous_live->next_live = cell.next_live;
  if (cell.next_live) cell.next_live->previous_live = cell.previous_live;
  if (shard.first == &cell) shard.first = cell.next_live;
}

cell_ptr system_core::spawn_root(const actor_type& type, const spawn_options& options, bool once,
                                 std::unique_ptr<actor_factory> factory) {
  cell_ptr child(*new actor_cell(*this, root_.get(), type, options, once, std::move(factory)));
  root_->adopt(*child.get());
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

shutdown_report system_core::shutdown(duration within) {
  shutdown_report report;
  if (shut_down_) return report;
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
  shut_down_ = true;
  return report;
}

std::vector<type_statistics> system_core::statistics() const {
  std::map<std::string_view, std::uint64_t> queued;
  std::map<std::string_view, std::uint64_t> unpublished;
  for (live_cells& shard : live_) {
    const std::scoped_lock lock(shard.mutex);
    for (const actor_cell* cell = shard.first; cell; cell = cell->next_live) {
      queued[cell->type().name] += cell->depth();
      unpublished[cell->type().name] += cell->accepted_unpublished();
    }
  }
  std::vector<type_statistics> all;
  const auto value = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  const std::scoped_lock lock(types_mutex_);
  for (const auto& [name, counters] : types_) {
    type_statistics each;
    each.actor_type = name;
    each.stopped = value(counters.stopped[0]);
    each.failed = value(counters.stopped[1]);
    each.shut_down = value(counters.stopped[2]);
    each.spawned = value(counters.spawned);
    each.restarts = value(counters.restarts);
    each.accepted = value(counters.accepted) + unpublished[name];
    each.handled = value(counters.outcomes[0]);
    each.failed_messages = value(counters.outcomes[1]);
    each.expired = value(counters.outcomes[2]);
    each.dead_letters = value(counters.outcomes[3]);
    each.dropped = value(counters.dropped);
    each.queued = queued[name];
    each.mailbox_full = value(counters.mailbox_full);
    each.refused_stopped = value(counters.refused_stopped);
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
                                          options.offload_queue_max),
      std::move(options.on_failure));
}

}  // namespace detail

system::system(system_options options) : core_(detail::make_threaded_core(std::move(options))) {}
system::system(std::unique_ptr<detail::system_core> core) noexcept : core_(std::move(core)) {}
system::~system() = default;
system::system(system&&) noexcept = default;

shutdown_report system::shutdown(duration deadline) {
  return core_->shutdown(deadline);
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
