#include "world.hpp"

#include <algorithm>
#include <string>

#include "fault_injection.hpp"
#include "memory_stream.hpp"
#include "sim_executor.hpp"

namespace troupe::sim {
namespace {

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

world::world(std::uint64_t seed, options with)
    : with_(std::move(with)),
      choices_(seed, with_.replay),
      seeds_(~seed),
      schedule_(seed ^ 0x5ca1ab1e, with_.order, with_.priority_depth),
      trace_(with_.trace) {
  plan_faults(*this);
}

void world::add_node(executor& one) {
  one.set_number(++nodes_made_);
  nodes_.push_back(&one);
}

void world::remove_node(executor& one) noexcept {
  std::erase(nodes_, &one);
}

void world::make_ready(detail::actor_cell& cell, executor& on) {
  ready_.push_back({&cell, &on, on.number()});
}

std::vector<detail::actor_cell*> world::take_ready(const executor& on) {
  std::vector<detail::actor_cell*> taken;
  std::erase_if(ready_, [&](const runnable& each) {
    if (each.on != &on) return false;
    taken.push_back(each.cell);
    return true;
  });
  return taken;
}

bool world::take_ready(const executor& on, const detail::actor_cell& cell) {
  return std::erase_if(ready_, [&](const runnable& each) {
           return each.on == &on && each.cell == &cell;
         }) > 0;
}

void world::at(time_point due, std::function<void()> what) {
  events_.emplace(std::pair(std::max(due, now_), ++events_made_), std::move(what));
}

std::uint32_t world::messages_of_a_turn() {
  // Mostly all there are, as workers do; else few, as when somebody is faster than they.
  constexpr std::uint64_t bound = 4;
  const std::uint64_t chosen = with_.order == scheduling::fifo
                                   ? choices_.decide(bound, [] { return 0U; })
                                   : choices_.choose_rarely(bound, 4);
  return chosen == 0 ? detail::actor_cell::batch_max : static_cast<std::uint32_t>(chosen);
}

bool world::step() noexcept {
  if (ready_.empty()) return false;
  const std::uint64_t chosen = schedule_.pick(ready_, choices_);
  const std::uint32_t messages_max = messages_of_a_turn();
  trace_.turn(now_, ready_, chosen, messages_max);
  const runnable next = ready_[chosen];
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(chosen));
  ++turns_;
  ++turns_at_once_;
  if (next.on->run_turn(*next.cell, messages_max) == detail::actor_cell::turn_result::requeue) {
    next.on->schedule(*next.cell);
  }
  return true;
}

bool world::advance(time_point end) {
  time_point due = events_.empty() ? time_point::max() : events_.begin()->first.first;
  for (const executor* each : nodes_) due = std::min(due, each->next_due());
  if (due > end) return false;
  if (due > now_) {
    now_ = due;
    turns_at_once_ = 0;
  }
  while (!events_.empty() && events_.begin()->first.first <= now_) {
    const auto event = events_.extract(events_.begin());
    event.mapped()();
  }
  for (executor* each : nodes_) each->ring();
  return true;
}

world::run_end world::run_until(const std::function<bool()>& done, duration limit) {
  const time_point end = now_ + std::min(limit, duration(std::chrono::hours(24 * 365 * 100)));
  for (;;) {
    if (done()) return run_end::done;
    if (step()) {
      if (turns_at_once_ > simulation::turns_at_once_max) return run_end::endless;
      continue;
    }
    if (advance(end)) continue;
    if (end > now_) turns_at_once_ = 0;
    now_ = end;
    return done() ? run_end::done : run_end::limit;
  }
}

bool world::run_or_throw(const std::function<bool()>& done, duration limit) {
  const run_end how = run_until(done, limit);
  if (how != run_end::endless) return how == run_end::done;
  turns_at_once_ = 0;
  throw endless("the actors are still busy after " + std::to_string(simulation::turns_at_once_max) +
                " turns in which time did not move");
}

std::pair<io::pending_stream, io::pending_stream> world::make_stream_pair() {
  return make_memory_streams(*this, simulation::stream_buffer_bytes);
}

std::expected<io::pending_stream, io::error> world::connect(std::uint16_t port) {
  const auto found = listeners_.find(port);
  if (connections_.partitioned(now_)) {
    return std::unexpected(io::error{io::errc::connection_lost, "the network is partitioned"});
  }
  if (found == listeners_.end()) {
    return std::unexpected(io::error{io::errc::connection_lost, "nobody listens on this port"});
  }
  auto [here, there] = make_stream_pair();
  const io::accept_target& target = found->second.target;
  target.owner->signal(*new arrival(std::move(there), target));
  return std::move(here);
}

}  // namespace troupe::sim
