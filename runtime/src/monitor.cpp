#include <memory>

#include <troupe/monitor.hpp>

#include "cold_state.hpp"

namespace troupe {

std::string_view to_string(stop_reason reason) noexcept {
  switch (reason) {
    case stop_reason::stopped:
      return "stopped";
    case stop_reason::failed:
      return "failed";
    case stop_reason::shut_down:
      return "shut_down";
  }
  return "unknown";
}

namespace detail {

monitor_record::monitor_record(actor_cell& from, actor_cell& to) noexcept
    : watcher(from), target(to) {}

void monitor_record::add(control_node* node, actor_cell& cell) noexcept {
  monitor_record& record = static_cast<adding*>(node)->record;
  if (cell.phase_ == actor_cell::phase::stopped) {
    record.send_notice(cell.why_stopped_);
    return;
  }
  cold_state& cold = cell.cold();
  record.next_watcher = cold.watchers;
  if (cold.watchers) cold.watchers->previous_watcher = &record;
  cold.watchers = &record;
}

void monitor_record::send_notice(stop_reason reason) noexcept {
  noticed = true;
  why = reason;
  // The record may be gone as soon as the watcher has the node: keep the cell for the call.
  const cell_ptr to = watcher;
  to->signal(notice_node);
}

void monitor_record::notify(control_node* node, actor_cell& cell) noexcept {
  monitor_record& record = static_cast<noticing*>(node)->record;
  if (!record.orphaned) {
    cold_state& cold = cell.cold();
    if (record.previous_watched) record.previous_watched->next_watched = record.next_watched;
    if (record.next_watched) record.next_watched->previous_watched = record.previous_watched;
    if (cold.watching == &record) cold.watching = record.next_watched;
    cell.push_urgent(cell.type().terminated_message({record.target->id(), record.why}));
  }
  record.release();
}

void monitor_record::remove(control_node* node, actor_cell& cell) noexcept {
  monitor_record& record = static_cast<removing*>(node)->record;
  if (!record.noticed) {
    cold_state& cold = cell.cold();
    if (record.previous_watcher) record.previous_watcher->next_watcher = record.next_watcher;
    if (record.next_watcher) record.next_watcher->previous_watcher = record.previous_watcher;
    if (cold.watchers == &record) cold.watchers = record.next_watcher;
    record.release();  // in the notice's place
  }
  record.release();
}

}  // namespace detail
}  // namespace troupe
