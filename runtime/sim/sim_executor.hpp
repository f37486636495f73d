// The executor of one node of a simulation: its timers, its blocking work, and those of its actors
// that are not to run yet.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <troupe/sim.hpp>

#include "executor.hpp"
#include "timer_queue.hpp"
#include "world.hpp"

namespace troupe::sim {

class executor final : public detail::executor {
 public:
  executor(world& in, std::uint32_t workers);
  ~executor() override;
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;

  void schedule(detail::actor_cell& cell) noexcept override;
  time_point now() noexcept override { return world_.now(); }
  wall_time wall_now() noexcept override;
  time_point about_now() noexcept override { return world_.now(); }
  time_point stamp() noexcept override { return world_.now(); }
  void arm(detail::alarm& what, time_point due) noexcept override { timers_.arm(what, due); }
  void disarm(detail::alarm& what) noexcept override { detail::timer_queue::disarm(what); }
  bool wait(detail::latch& event, duration within) override;
  bool run_blocking(detail::offload_job& job) noexcept override;
  std::uint32_t worker_count() const noexcept override { return workers_; }
  std::uint64_t seed() noexcept override { return world_.next_seed(); }
  std::expected<std::unique_ptr<io::acceptor>, io::error> listen(
      const io::endpoint& address, const io::accept_target& owner) override;
  void stop() noexcept override;
  void run_leftover() noexcept override;

  // For the world
  void set_number(std::uint64_t number) noexcept { number_ = number; }
  std::uint64_t number() const noexcept { return number_; }
  /// When something of this node is to be done; time_point::max() for never.
  time_point next_due() const noexcept;
  void ring();
  detail::actor_cell::turn_result run_turn(detail::actor_cell& cell, std::uint32_t messages_max);

  // For nodes and faults
  void crash() noexcept;
  bool crashed() const noexcept { return crashed_; }
  void pause(duration length);
  void pause(detail::actor_cell& cell, duration length);
  void set_clock_ahead(duration by) noexcept { clock_ahead_ = by; }
  void stop_listening(std::uint16_t port) noexcept;
  void set_core(detail::system_core& core) noexcept { core_ = &core; }
  detail::system_core& core() noexcept { return *core_; }

 private:
  using moment = std::pair<time_point, std::uint64_t>;

  void run_job(detail::offload_job& job) noexcept;

  world& world_;
  const std::uint32_t workers_;
  std::uint64_t number_ = 0;
  detail::system_core* core_ = nullptr;
  detail::timer_queue timers_;
  std::map<moment, detail::actor_cell*> later_;  // scheduled, but not ready yet
  std::map<moment, detail::offload_job*> jobs_;
  std::map<std::uint64_t, time_point> paused_;  // actors, by id
  std::uint64_t moments_ = 0;
  std::vector<detail::actor_cell*> leftover_;  // after stop()
  time_point paused_until_{};                  // the node as a whole
  duration clock_ahead_{};
  bool stopped_ = false;
  bool crashed_ = false;
  detail::coarse_clock clock_;  // now(), for a turn
};

}  // namespace troupe::sim
