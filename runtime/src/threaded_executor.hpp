// The executor of real programs: worker threads, the machine's clock, TCP.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "executor.hpp"
#include "offload_pool.hpp"
#include "watchdog.hpp"
#include "worker.hpp"

namespace troupe::detail {

class threaded_executor final : public executor {
 public:
  /// Starts the threads.
  threaded_executor(std::uint32_t workers, std::uint64_t seed, std::uint32_t offload_threads,
                    std::size_t offload_queue_max, duration stall_threshold);
  ~threaded_executor() override;

  void schedule(actor_cell& cell) noexcept override;
  time_point now() noexcept override;
  wall_time wall_now() noexcept override;
  time_point about_now() noexcept override;
  time_point stamp() noexcept override { return read_clock(); }
  void arm(alarm& what, time_point due) noexcept override;
  void disarm(alarm& what) noexcept override { timer_queue::disarm(what); }
  bool wait(latch& event, duration within) override;
  bool run_blocking(offload_job& job) noexcept override { return blocking_.submit(job); }
  std::uint32_t worker_count() const noexcept override {
    return static_cast<std::uint32_t>(workers_.size());
  }
  std::uint64_t seed() noexcept override;
  std::expected<std::unique_ptr<io::acceptor>, io::error> listen(
      const io::endpoint& address, const io::accept_target& owner) override;
  void watch(watch_target target) override { watchdog_.start(std::move(target)); }
  void stop() noexcept override;
  void run_leftover() noexcept override;

  watchdog& watch() noexcept { return watchdog_; }
  worker& at(std::uint32_t index) noexcept { return *workers_[index]; }
  /// Has others run what waits behind the turn of a worker, as far as they may. Any thread.
  void relieve(std::uint32_t held) noexcept;

 private:
  reactor& reactor_of(const actor_cell& cell);
  worker& free_worker() noexcept;

  std::vector<std::unique_ptr<worker>> workers_;
  std::atomic<std::uint32_t> next_worker_{0};  // for what other threads schedule
  std::atomic<std::uint64_t> seed_;
  offload_pool blocking_;
  watchdog watchdog_;
};

}  // namespace troupe::detail
