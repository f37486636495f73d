#include <memory>
#include <utility>

#include <troupe/sim.hpp>
#include <troupe/sim_node.hpp>

#include "fault_injection.hpp"
#include "sim_executor.hpp"
#include "world.hpp"

namespace troupe::sim {

simulation::simulation(std::uint64_t seed, options with)
    : world_(std::make_unique<world>(seed, with)),
      network_(*world_),
      first_(new node(*world_, node_options{.workers = with.workers,
                                            .on_failure = std::move(with.on_failure),
                                            .spans = with.spans})) {}

simulation::~simulation() = default;

troupe::system& simulation::system() noexcept {
  return first_->system();
}
time_point simulation::now() const noexcept {
  return world_->now();
}

void simulation::settle() {
  world_->run_or_throw([] { return false; }, duration::zero());
}
void simulation::run_for(duration length) {
  world_->run_or_throw([] { return false; }, length);
}
bool simulation::run_until(const std::function<bool()>& done, duration limit) {
  return world_->run_or_throw(done, limit);
}

std::pair<io::pending_stream, io::pending_stream> simulation::make_stream_pair() {
  return world_->make_stream_pair();
}
std::expected<io::pending_stream, io::error> simulation::connect(std::uint16_t port) {
  return world_->connect(port);
}

std::uint64_t simulation::choose(std::uint64_t bound) {
  return world_->choices().choose(bound);
}
std::uint64_t simulation::choose_rarely(std::uint64_t bound, std::uint64_t one_in) {
  return world_->choices().choose_rarely(bound, one_in);
}

void simulation::inject_failure(const detail::cell_ptr& who) {
  if (!who) return;
  ++world_->faults().throws;
  sim::inject_failure(*world_, *who.get(), std::make_exception_ptr(injected_failure()));
}
void simulation::inject_pause(const detail::cell_ptr& who, duration length) {
  if (!who) return;
  ++world_->faults().pauses;
  sim::inject_pause(*world_, *who.get(), length);
}
void simulation::inject_flood(const detail::cell_ptr& who, duration length) {
  if (!who) return;
  ++world_->faults().floods;
  sim::inject_flood(*world_, *who.get(), length);
}

std::uint64_t simulation::turns() const noexcept {
  return world_->turns();
}
std::uint64_t simulation::trace_hash() const noexcept {
  return world_->recorded().hash();
}
const choice_log& simulation::choices() const noexcept {
  return world_->choices().log();
}
const fault_counts& simulation::faults() const noexcept {
  return world_->faults();
}

}  // namespace troupe::sim
