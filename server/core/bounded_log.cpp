#include "core/bounded_log.hpp"

#include <array>
#include <utility>

namespace troupe::core {

bounded_log::bounded_log(log& next, std::function<wall_time()> now, std::uint32_t per_second_max)
    : next_(next), now_(std::move(now)), per_second_max_(per_second_max) {}

bounded_log::~bounded_log() {
  std::vector<tally> unsaid;
  collect(std::chrono::sys_seconds::max(), unsaid);
  say(unsaid);
}

bool bounded_log::enabled(log_level level) const noexcept {
  return next_.enabled(level);
}

void bounded_log::write(log_level level, log_event event, std::span<const log_field> fields) {
  std::vector<tally> unsaid;
  bool admitted = level >= log_level::fatal;
  {
    const std::scoped_lock lock(mutex_);
    // Read under the lock: seconds are seen in one order by all threads.
    const auto second = std::chrono::floor<std::chrono::seconds>(now_());
    collect(second, unsaid);
    if (!admitted) admitted = admit(level, event, second);
  }
  say(unsaid);
  if (admitted) next_.write(level, event, fields);
}

void bounded_log::settle() {
  std::vector<tally> unsaid;
  {
    const std::scoped_lock lock(mutex_);
    collect(std::chrono::floor<std::chrono::seconds>(now_()), unsaid);
  }
  say(unsaid);
}

bool bounded_log::admit(log_level level, log_event event, std::chrono::sys_seconds second) {
  auto found = tallies_.find(event.text());
  if (found == tallies_.end()) {
    if (tallies_.size() == events_max) return true;
    found = tallies_.emplace(event.text(), tally{event, level, second}).first;
  }
  tally& of_event = found->second;
  if (of_event.second != second) {  // nothing is suppressed in it: `collect` ran before
    of_event.second = second;
    of_event.written = 0;
  }
  of_event.level = level;
  if (of_event.written < per_second_max_) {
    ++of_event.written;
    return true;
  }
  if (of_event.suppressed++ == 0) ++unsaid_count_;
  return false;
}

void bounded_log::collect(std::chrono::sys_seconds second, std::vector<tally>& unsaid) {
  if (unsaid_count_ == 0 || second == collected_in_) return;
  collected_in_ = second;
  for (auto& [text, each] : tallies_) {
    if (each.suppressed == 0 || each.second == second) continue;
    unsaid.push_back(each);
    each.suppressed = 0;
    --unsaid_count_;
  }
}

void bounded_log::say(const std::vector<tally>& unsaid) {
  for (const tally& each : unsaid) {
    const std::array<log_field, 1> fields = {log_field("suppressed", each.suppressed)};
    next_.write(each.level, each.event, fields);
  }
}

}  // namespace troupe::core
