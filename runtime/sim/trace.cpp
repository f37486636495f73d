#include "trace.hpp"

#include <chrono>
#include <iomanip>
#include <ostream>

#include <troupe/detail/cell.hpp>

namespace troupe::sim {
namespace {

std::ostream& begin_line(std::ostream& to, time_point now) {
  const auto us = std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch()).count();
  return to << us / 1'000'000 << '.' << std::setw(6) << std::setfill('0') << us % 1'000'000
            << std::setfill(' ') << "  ";
}

std::ostream& operator<<(std::ostream& to, const runnable& who) {
  if (who.node > 1) to << "node " << who.node << ' ';
  return to << who.cell->type().name << '#' << who.cell->id();
}

}  // namespace

void trace::turn(time_point now, std::span<const runnable> ready, std::uint64_t chosen,
                 std::uint32_t messages_max) {
  const runnable& who = ready[chosen];
  mix(who.node);
  mix(who.cell->id());
  mix(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  mix(messages_max);
  if (!lines_) return;
  begin_line(*lines_, now) << who;
  if (messages_max < detail::actor_cell::batch_max) *lines_ << ", " << messages_max << " at most";
  if (chosen > 0) *lines_ << ", before " << ready.front();
  *lines_ << '\n';
}

void trace::fault(time_point now, const char* what, const runnable& whom) {
  mix(whom.node);
  mix(whom.cell ? whom.cell->id() : 0);
  mix(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  if (!lines_) return;
  begin_line(*lines_, now) << what;
  if (whom.cell) *lines_ << ' ' << whom;
  *lines_ << '\n';
}

}  // namespace troupe::sim
