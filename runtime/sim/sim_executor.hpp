// The executor of the simulation: one thread, a virtual clock, a seeded choice of who runs next.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include <troupe/random.hpp>
#include <troupe/sim.hpp>

#include "executor.hpp"
#include "timer_queue.hpp"

namespace troupe::sim {

class executor final : public detail::executor {
 public:
  executor(std::uint64_t seed, std::uint32_t workers);

  void schedule(detail::actor_cell& cell) noexcept override;
  time_point now() noexcept override { return now_; }
  wall_time wall_now() noexcept override;
  time_point about_now() noexcept override { return now_; }
  time_point stamp() noexcept override { return now_; }
  void arm(detail::alarm& what, time_point due) noexcept override { timers_.arm(what, due); }
  void disarm(detail::alarm& what) noexcept override { detail::timer_queue::disarm(what); }
  bool wait(detail::latch& event, duration within) override;
  bool run_blocking(detail::offload_job& job) noexcept override {
    job.execute();
    return true;
  }
  std::uint32_t worker_count() const noexcept override { return workers_; }
  std::uint64_t seed() noexcept override { return choices_.next(); }
  std::expected<std::unique_ptr<io::acceptor>, io::error> listen(
      const io::endpoint& address, const io::accept_target& owner) override;
  void stop() noexcept override {}
  void run_leftover() noexcept override;

  /// Runs one turn of a ready actor; false when none is ready.
  bool step() noexcept;
  /// Runs until `done` holds or `limit` of virtual time has passed; tells which.
  bool run_until(const std::function<bool()>& done, duration limit);

  std::expected<io::pending_stream, io::error> connect(std::uint16_t port);
  std::pair<io::pending_stream, io::pending_stream> make_stream_pair();
  random_source& choices() noexcept { return choices_; }

  void stop_listening(std::uint16_t port) noexcept { listeners_.erase(port); }
  std::uint64_t turns() const noexcept { return turns_; }
  std::uint64_t trace_hash() const noexcept { return trace_hash_; }

 private:
  const std::uint32_t workers_;
  random_source choices_;
  std::vector<detail::actor_cell*> ready_;
  detail::timer_queue timers_;
  time_point now_{std::chrono::seconds(1)};  // zero would look like "not set"
  detail::coarse_clock clock_;               // the same, for a turn
  std::map<std::uint16_t, io::accept_target> listeners_;
  std::uint64_t turns_ = 0;
  std::uint64_t trace_hash_ = 0xcbf29ce484222325U;
};

}  // namespace troupe::sim
