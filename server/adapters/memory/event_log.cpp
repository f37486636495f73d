#include "adapters/memory/event_log.hpp"

#include <algorithm>
#include <utility>

namespace troupe::memory {

using ports::event_log_errc;
using ports::kept_event;

task<std::expected<void, event_log_errc>> event_log::append(std::uint32_t lane,
                                                            std::vector<ports::event> events) {
  const std::scoped_lock lock(mutex_);
  std::deque<kept_event>& queue = lanes_[lane];
  if (queue.size() + events.size() > lane_events_max_) {
    co_return std::unexpected(event_log_errc::full);
  }
  for (ports::event& each : events) queue.push_back({++last_id_, std::move(each)});
  co_return {};
}

task<std::expected<std::vector<kept_event>, event_log_errc>> event_log::read(std::uint32_t lane,
                                                                             std::size_t limit) {
  const std::scoped_lock lock(mutex_);
  const std::deque<kept_event>& queue = lanes_[lane];
  const auto count = static_cast<std::ptrdiff_t>(std::min(limit, queue.size()));
  co_return std::vector<kept_event>(queue.begin(), queue.begin() + count);
}

task<std::expected<void, event_log_errc>> event_log::remove_through(std::uint32_t lane,
                                                                    std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  std::deque<kept_event>& queue = lanes_[lane];
  while (!queue.empty() && queue.front().id <= id) queue.pop_front();
  co_return {};
}

}  // namespace troupe::memory
