#include "threaded_executor.hpp"

#include <stdexcept>

#include "tcp.hpp"

namespace troupe::detail {

threaded_executor::threaded_executor(std::uint32_t workers, std::uint64_t seed,
                                     std::uint32_t offload_threads, std::size_t offload_queue_max)
    : seed_(seed), blocking_(offload_threads, offload_queue_max) {
  for (std::uint32_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<worker>(*this, i));
  }
  for (auto& each : workers_) each->start();
}

threaded_executor::~threaded_executor() {
  stop();
}

void threaded_executor::schedule(actor_cell& cell) noexcept {
  if (cell.worker()) {
    at(*cell.worker() % worker_count()).schedule_pinned(cell);
    return;
  }
  worker* here = worker::current();
  if (!here || &here->executor() != this) {
    const auto turn = next_worker_.fetch_add(1, std::memory_order_relaxed);
    here = &at(turn % worker_count());
  }
  here->schedule(cell);
}

time_point threaded_executor::now() noexcept {
  worker* here = worker::current();
  return here ? here->now() : read_clock();
}

wall_time threaded_executor::wall_now() noexcept {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void threaded_executor::arm(alarm& what, time_point due) noexcept {
  worker::current()->timers().arm(what, due);
}

bool threaded_executor::wait(latch& event, duration within) {
  constexpr duration longest = std::chrono::hours(24 * 365);
  return event.wait(std::min(within, longest));
}

std::uint64_t threaded_executor::seed() noexcept {
  return seed_.fetch_add(0x9e3779b97f4a7c15U, std::memory_order_relaxed);
}

std::expected<std::unique_ptr<io::acceptor>, io::error> threaded_executor::listen(
    const io::endpoint& address, const io::accept_target& owner) {
  return listen_tcp(address, owner,
                    [this](const actor_cell& cell) -> reactor& { return reactor_of(cell); });
}

reactor& threaded_executor::reactor_of(const actor_cell& cell) {
  if (!cell.worker()) {
    throw std::logic_error(std::string(cell.type().name) +
                           " owns a socket, so it must be pinned: set spawn_options::worker");
  }
  return at(*cell.worker() % worker_count()).events();
}

void threaded_executor::wake_one(std::uint32_t but) noexcept {
  for (std::uint32_t i = 0; i < worker_count(); ++i) {
    if (i != but && at(i).wake_if_parked()) return;
  }
}

void threaded_executor::stop() noexcept {
  blocking_.stop();  // first: what has run comes back to actors
  for (auto& each : workers_) each->request_stop();
  for (auto& each : workers_) each->join();
}

void threaded_executor::run_leftover() noexcept {
  for (bool any = true; any;) {
    any = false;
    for (auto& each : workers_) any = each->run_leftover() || any;
  }
}

}  // namespace troupe::detail
