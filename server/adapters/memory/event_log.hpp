// event_log.hpp — the port event_log in memory: gone with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>

#include "core/limits.hpp"
#include "ports/event_log.hpp"

namespace troupe::memory {

class event_log final : public ports::event_log {
 public:
  explicit event_log(std::size_t lane_events_max = core::limits::events_per_lane_max)
      : lane_events_max_(lane_events_max) {}

  task<std::expected<void, ports::event_log_errc>> append(
      std::uint32_t lane, std::vector<ports::event> events) override;
  task<std::expected<std::vector<ports::kept_event>, ports::event_log_errc>> read(
      std::uint32_t lane, std::size_t limit) override;
  task<std::expected<void, ports::event_log_errc>> remove_through(std::uint32_t lane,
                                                                  std::uint64_t id) override;

 private:
  const std::size_t lane_events_max_;
  std::mutex mutex_;  // for what follows
  std::map<std::uint32_t, std::deque<ports::kept_event>> lanes_;
  std::uint64_t last_id_ = 0;
};

}  // namespace troupe::memory
