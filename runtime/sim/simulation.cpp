#include <memory>

#include <troupe/sim.hpp>

#include "memory_stream.hpp"
#include "sim_executor.hpp"
#include "system_core.hpp"

namespace troupe::sim {

executor::executor(std::uint64_t seed, std::uint32_t workers) : workers_(workers), choices_(seed) {}

void executor::schedule(detail::actor_cell& cell) noexcept {
  ready_.push_back(&cell);
}

wall_time executor::wall_now() noexcept {
  // Any fixed day will do, as long as it is the same in each run.
  constexpr wall_time first_day = std::chrono::sys_days(std::chrono::January / 1 / 2026);
  return first_day + std::chrono::floor<std::chrono::milliseconds>(now_.time_since_epoch());
}

bool executor::step() noexcept {
  if (ready_.empty()) return false;
  const std::size_t chosen = choices_.below(ready_.size());
  detail::actor_cell& cell = *ready_[chosen];
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(chosen));
  ++turns_;
  constexpr std::uint64_t fnv_prime = 0x100000001b3U;
  trace_hash_ = (trace_hash_ ^ cell.id()) * fnv_prime;
  trace_hash_ =
      (trace_hash_ ^ static_cast<std::uint64_t>(now_.time_since_epoch().count())) * fnv_prime;
  clock_ = now_.time_since_epoch().count();
  if (cell.run_turn(clock_) == detail::actor_cell::turn_result::requeue) ready_.push_back(&cell);
  return true;
}

bool executor::run_until(const std::function<bool()>& done, duration limit) {
  const time_point end = now_ + std::min(limit, duration(std::chrono::hours(24 * 365 * 100)));
  for (;;) {
    if (done()) return true;
    if (step()) continue;
    const time_point due = timers_.next_due();
    if (due > end) {
      now_ = end;
      return done();
    }
    now_ = std::max(now_, due);
    timers_.ring(now_);
  }
}

bool executor::wait(detail::latch& event, duration within) {
  return run_until([&event] { return event.is_set(); }, within);
}

void executor::run_leftover() noexcept {
  while (step()) {
  }
}

namespace {

class sim_acceptor final : public io::acceptor {
 public:
  sim_acceptor(executor& world, io::endpoint address)
      : world_(world), address_(std::move(address)) {}
  sim_acceptor(const sim_acceptor&) = delete;
  sim_acceptor& operator=(const sim_acceptor&) = delete;
  ~sim_acceptor() override { world_.stop_listening(address_.port); }
  const io::endpoint& address() const noexcept override { return address_; }

 private:
  executor& world_;
  io::endpoint address_;
};

/// A connection on its way to the owner of an acceptor.
struct arrival final : detail::control_node {
  arrival(io::pending_stream end, const io::accept_target& target)
      : control_node(&deliver), stream(std::move(end)), to(target) {}
  static void deliver(control_node* node, detail::actor_cell& owner) noexcept {
    const std::unique_ptr<arrival> self(static_cast<arrival*>(node));
    owner.push_urgent(self->to.make_accepted(std::move(self->stream), io::endpoint{}));
  }
  io::pending_stream stream;
  io::accept_target to;
};

}  // namespace

std::expected<std::unique_ptr<io::acceptor>, io::error> executor::listen(
    const io::endpoint& address, const io::accept_target& owner) {
  io::endpoint actual = address;
  while (actual.port == 0 || (address.port == 0 && listeners_.contains(actual.port))) {
    actual.port = static_cast<std::uint16_t>(1024 + choices_.below(60'000));
  }
  if (!listeners_.emplace(actual.port, owner).second) {
    return std::unexpected(io::error{io::errc::address_in_use, {}});
  }
  return std::make_unique<sim_acceptor>(*this, std::move(actual));
}

std::pair<io::pending_stream, io::pending_stream> executor::make_stream_pair() {
  return make_memory_streams(choices_, simulation::stream_buffer_bytes);
}

std::expected<io::pending_stream, io::error> executor::connect(std::uint16_t port) {
  const auto found = listeners_.find(port);
  if (found == listeners_.end()) {
    return std::unexpected(io::error{io::errc::connection_lost, "nobody listens on this port"});
  }
  auto [here, there] = make_stream_pair();
  found->second.owner->signal(*new arrival(std::move(there), found->second));
  return std::move(here);
}

simulation::simulation(std::uint64_t seed, options with)
    : executor_(new executor(seed, with.workers)),
      system_(std::make_unique<detail::system_core>(
          std::unique_ptr<detail::executor>(executor_),
          detail::system_reports{std::move(with.on_failure), {}, with.spans})) {}

simulation::~simulation() = default;

time_point simulation::now() const noexcept {
  return executor_->now();
}

void simulation::settle() {
  while (executor_->step()) {
  }
}

void simulation::run_for(duration length) {
  executor_->run_until([] { return false; }, length);
}

bool simulation::run_until(const std::function<bool()>& done, duration limit) {
  return executor_->run_until(done, limit);
}

std::pair<io::pending_stream, io::pending_stream> simulation::make_stream_pair() {
  return executor_->make_stream_pair();
}

std::expected<io::pending_stream, io::error> simulation::connect(std::uint16_t port) {
  return executor_->connect(port);
}

std::uint64_t simulation::turns() const noexcept {
  return executor_->turns();
}
std::uint64_t simulation::trace_hash() const noexcept {
  return executor_->trace_hash();
}

}  // namespace troupe::sim
