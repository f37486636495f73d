#include <memory>
#include <utility>

#include <troupe/sim_node.hpp>

#include "sim_executor.hpp"
#include "system_core.hpp"

namespace troupe::sim {

node::node(world& in, node_options with)
    : world_(in),
      executor_(new executor(in, with.workers)),
      system_(std::make_unique<detail::system_core>(
          std::unique_ptr<detail::executor>(executor_),
          detail::system_reports{std::move(with.on_failure), {}, with.spans})) {
  executor_->set_core(system_.core());
}

node::node(simulation& in, node_options with) : node(*in.world_, std::move(with)) {}
node::~node() = default;

void node::crash() {
  if (executor_->crashed()) return;
  ++world_.faults().crashes;
  world_.recorded().fault(world_.now(), "crashes", {nullptr, executor_, executor_->number()});
  executor_->crash();
}

bool node::crashed() const noexcept {
  return executor_->crashed();
}

void node::pause(duration length) {
  ++world_.faults().node_pauses;
  world_.recorded().fault(world_.now(), "is paused", {nullptr, executor_, executor_->number()});
  executor_->pause(length);
}

void node::set_clock_ahead(duration by) {
  executor_->set_clock_ahead(by);
}

std::expected<io::pending_stream, io::error> node::connect(std::uint16_t port) {
  return world_.connect(port);
}

void executor::crash() noexcept {
  crashed_ = stopped_ = true;
  leftover_ = world_.take_ready(*this);
  for (const auto& [due, cell] : std::exchange(later_, {})) leftover_.push_back(cell);
  core_->root().close_forcibly();
  for (const auto& [due, job] : std::exchange(jobs_, {})) job->execute();
  run_leftover();
}

}  // namespace troupe::sim
