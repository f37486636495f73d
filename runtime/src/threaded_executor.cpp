#include "threaded_executor.hpp"

#include <stdexcept>

#include "tcp.hpp"

namespace troupe::detail {

threaded_executor::threaded_executor(std::uint32_t workers, std::uint64_t seed,
                                     std::uint32_t offload_threads, std::size_t offload_queue_max,
                                     duration stall_threshold)
    : seed_(seed),
      blocking_(offload_threads, offload_queue_max),
      watchdog_(*this, stall_threshold) {
  for (std::uint32_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<worker>(*this, i));
  }
  for (auto& each : workers_) each->start();
}

threaded_executor::~threaded_executor() {
  stop();
}

[[gnu::flatten]] void threaded_executor::schedule(actor_cell& cell) noexcept {
  if (cell.pinned()) {
    at(*cell.worker() % worker_count()).schedule_pinned(cell);
    return;
  }
  worker* here = worker::current();
  if (!here || &here->executor() != this) {
    here = &free_worker();
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

time_point threaded_executor::about_now() noexcept {
  worker* here = worker::current();
  return here ? here->about_now() : read_clock();
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

// A worker that sleeps, so that nothing waits behind a handler that takes long; else any.
worker& threaded_executor::free_worker() noexcept {
  const auto turn = next_worker_.fetch_add(1, std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < worker_count(); ++i) {
    worker& each = at((turn + i) % worker_count());
    if (each.parked()) return each;
  }
  return at(turn % worker_count());
}

void threaded_executor::relieve(std::uint32_t held) noexcept {
  if (worker_count() == 1) return;
  if (actor_cell* next = at(held).take_next()) {
    worker& other = free_worker();
    (&other == &at(held) ? at((held + 1) % worker_count()) : other).schedule(*next);
  }
  if (at(held).has_stealable()) at(held).wake_another();
}

void threaded_executor::stop() noexcept {
  blocking_.stop();  // first: what has run comes back to actors
  for (auto& each : workers_) each->request_stop();
  for (auto& each : workers_) each->join();
  watchdog_.stop();
}

void threaded_executor::run_leftover() noexcept {
  for (bool any = true; any;) {
    any = false;
    for (auto& each : workers_) any = each->run_leftover() || any;
  }
}

}  // namespace troupe::detail
