#include "sim_executor.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace troupe::sim {

executor::executor(world& in, std::uint32_t workers) : world_(in), workers_(workers) {
  world_.add_node(*this);
}

executor::~executor() {
  world_.remove_node(*this);
}

void executor::schedule(detail::actor_cell& cell) noexcept {
  if (stopped_) {
    leftover_.push_back(&cell);
    return;
  }
  time_point due = std::max(world_.now(), paused_until_);
  if (!paused_.empty()) {
    if (const auto found = paused_.find(cell.id()); found != paused_.end()) {
      due = std::max(due, found->second);
    }
  }
  constexpr std::uint64_t steps = 16;
  if (const duration delay_max = world_.with().delay_max; delay_max > duration::zero()) {
    const auto chosen = static_cast<duration::rep>(world_.choices().choose_rarely(steps + 1, 4));
    due = std::max(due, world_.now() + delay_max * chosen / static_cast<duration::rep>(steps));
  }
  if (due > world_.now()) {
    later_.emplace(moment(due, ++moments_), &cell);
  } else {
    world_.make_ready(cell, *this);
  }
}

wall_time executor::wall_now() noexcept {
  // Any fixed day will do, as long as it is the same in each run.
  constexpr wall_time first_day = std::chrono::sys_days(std::chrono::January / 1 / 2026);
  return first_day + std::chrono::floor<std::chrono::milliseconds>(world_.now().time_since_epoch() +
                                                                   clock_ahead_);
}

bool executor::wait(detail::latch& event, duration within) {
  if (stopped_) {
    run_leftover();
    return event.is_set();
  }
  return world_.run_until([&event] { return event.is_set(); }, within) == world::run_end::done;
}

bool executor::run_blocking(detail::offload_job& job) noexcept {
  const duration most = world_.with().offload_max;
  if (stopped_ || most == duration::zero()) {
    job.execute();
    return true;
  }
  constexpr std::uint64_t steps = 16;
  const auto chosen = static_cast<duration::rep>(world_.choices().choose(steps + 1));
  const time_point due = world_.now() + most * chosen / static_cast<duration::rep>(steps);
  jobs_.emplace(moment(due, ++moments_), &job);
  return true;
}

detail::actor_cell::turn_result executor::run_turn(detail::actor_cell& cell,
                                                   std::uint32_t messages_max) {
  clock_ = world_.now().time_since_epoch().count();
  return cell.run_turn(clock_, messages_max);
}

time_point executor::next_due() const noexcept {
  time_point due = timers_.next_due();
  if (!jobs_.empty()) due = std::min(due, jobs_.begin()->first.first);
  if (!later_.empty()) due = std::min(due, later_.begin()->first.first);
  return std::max(due, paused_until_);
}

void executor::ring() {
  const time_point now = world_.now();
  if (now < paused_until_) return;
  while (!jobs_.empty() && jobs_.begin()->first.first <= now) {
    jobs_.extract(jobs_.begin()).mapped()->execute();
  }
  while (!later_.empty() && later_.begin()->first.first <= now) {
    world_.make_ready(*later_.extract(later_.begin()).mapped(), *this);
  }
  timers_.ring(now);
  std::erase_if(paused_, [now](const auto& each) { return each.second <= now; });
}

void executor::pause(duration length) {
  paused_until_ = std::max(paused_until_, world_.now() + length);
  for (detail::actor_cell* each : world_.take_ready(*this)) {
    later_.emplace(moment(paused_until_, ++moments_), each);
  }
}

void executor::pause(detail::actor_cell& cell, duration length) {
  const time_point until = world_.now() + length;
  time_point& known = paused_[cell.id()];
  known = std::max(known, until);
  if (world_.take_ready(*this, cell)) later_.emplace(moment(known, ++moments_), &cell);
}

void executor::stop() noexcept {
  stopped_ = true;
  for (detail::actor_cell* each : world_.take_ready(*this)) leftover_.push_back(each);
  for (const auto& [due, cell] : std::exchange(later_, {})) leftover_.push_back(cell);
  for (const auto& [due, job] : std::exchange(jobs_, {})) job->execute();
}

void executor::run_leftover() noexcept {
  if (!stopped_) stop();
  while (!leftover_.empty()) {
    detail::actor_cell& cell = *leftover_.front();
    leftover_.erase(leftover_.begin());
    if (run_turn(cell, detail::actor_cell::batch_max) == detail::actor_cell::turn_result::requeue) {
      leftover_.push_back(&cell);
    }
  }
}

}  // namespace troupe::sim
