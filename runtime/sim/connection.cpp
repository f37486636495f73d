#include "connection.hpp"

#include <algorithm>

#include "world.hpp"

namespace troupe::sim {

void pipe::send(std::span<const std::byte> bytes) {
  world_.recorded().wrote(bytes);
  post({time_point{}, {bytes.begin(), bytes.end()}});
}

void pipe::send_end() {
  if (std::exchange(ended, true)) return;
  post({time_point{}, {}});
}

void pipe::post(segment what) {
  constexpr std::uint64_t steps = 16;
  const auto chosen = static_cast<duration::rep>(
      world_.choices().choose(world_.with().latency_max > duration::zero() ? steps + 1 : 1));
  what.due = std::max(
      {last_due_, held_until_,
       world_.now() + world_.with().latency_max * chosen / static_cast<duration::rep>(steps)});
  last_due_ = what.due;
  bytes_under_way_ += what.bytes.size();
  const time_point due = what.due;
  under_way_.push_back(std::move(what));
  if (due <= world_.now()) return deliver();
  world_.at(due, [self = shared_from_this()] { self->deliver(); });
}

void pipe::deliver() {
  if (lost) return;
  if (world_.now() < held_until_) {
    world_.at(held_until_, [self = shared_from_this()] { self->deliver(); });
    return;
  }
  bool any = false;
  while (!under_way_.empty() && under_way_.front().due <= world_.now()) {
    const std::vector<std::byte>& bytes = under_way_.front().bytes;
    arrived.insert(arrived.end(), bytes.begin(), bytes.end());
    bytes_under_way_ -= bytes.size();
    end_arrived = end_arrived || bytes.empty();
    under_way_.pop_front();
    any = true;
  }
  if (any) reader.wake();
}

void pipe::hold_until(time_point until) {
  held_until_ = std::max(held_until_, until);
}

void pipe::cut() noexcept {
  lost = true;
  arrived.clear();
  under_way_.clear();
  bytes_under_way_ = 0;
  reader.wake();
  writer.wake();
}

connection connection_table::make(world& in, std::size_t capacity) {
  connection made{std::make_shared<pipe>(in, capacity), std::make_shared<pipe>(in, capacity)};
  all_.push_back({made.there, made.back});
  return made;
}

std::vector<connection> connection_table::open() {
  std::vector<connection> found;
  std::erase_if(all_, [&found](const entry& each) {
    const auto there = each.there.lock();
    const auto back = each.back.lock();
    const auto gone = [](const std::shared_ptr<pipe>& one) {
      return !one || one->lost || one->broken || one->ended;
    };
    if (gone(there) || gone(back)) return true;
    found.push_back({there, back});
    return false;
  });
  return found;
}

std::size_t network::connections() const {
  return world_.connections().open().size();
}

void network::cut(std::size_t which) {
  const auto open = world_.connections().open();
  if (which >= open.size()) return;
  ++world_.connections().counts.cuts;
  world_.recorded().fault(world_.now(), "a connection is cut", {});
  open[which].there->cut();
  open[which].back->cut();
}

void network::stall(std::size_t which, direction to, duration length) {
  const auto open = world_.connections().open();
  if (which >= open.size()) return;
  ++world_.connections().counts.stalls;
  world_.recorded().fault(world_.now(), "a connection is stalled", {});
  if (to != direction::back) open[which].there->hold_until(world_.now() + length);
  if (to != direction::there) open[which].back->hold_until(world_.now() + length);
}

void network::partition(direction to, duration length) {
  ++world_.connections().counts.partitions;
  world_.recorded().fault(world_.now(), "the network is partitioned", {});
  world_.connections().set_partitioned(world_.now() + length);
  for (const connection& each : world_.connections().open()) {
    if (to != direction::back) each.there->hold_until(world_.now() + length);
    if (to != direction::there) each.back->hold_until(world_.now() + length);
  }
}

const network_counts& network::counts() const noexcept {
  return world_.connections().counts;
}

}  // namespace troupe::sim
