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
    case stop_reason::linked:
      return "linked";
  }
  return "unknown";
}

namespace detail {

monitor_record::monitor_record(actor_cell& from, actor_cell& to, bool as_link) noexcept
    : watcher(from), target(to), link(as_link) {}

void monitor_record::add(control_node* node, actor_cell& cell) noexcept {
  monitor_record& record = static_cast<adding*>(node)->record;
  if (cell.phase_ == actor_cell::phase::stopped) {
    record.send_notice(cell.why_stopped_, cell.cold_ ? cell.cold_->linked_cause : 0);
    return;
  }
  cold_state& cold = cell.cold();
  record.next_watcher = cold.watchers;
  if (cold.watchers) cold.watchers->previous_watcher = &record;
  cold.watchers = &record;
}

void monitor_record::send_notice(stop_reason reason, std::uint64_t first_cause) noexcept {
  noticed = true;
  why = reason;
  cause = first_cause;
  // The record may be gone as soon as the watcher has the node: keep the cell for the call.
  const cell_ptr to = watcher;
  to->signal(notice_node);
}

void monitor_record::notify(control_node* node, actor_cell& cell) noexcept {
  monitor_record& record = static_cast<noticing*>(node)->record;
  if (!record.orphaned) {
    cell.forget(record);
    const std::uint64_t who = record.target->id();
    if (!record.link) {
      cell.push_urgent(cell.type().terminated_message({who, record.why, record.cause}));
    } else if (record.why == stop_reason::failed || record.why == stop_reason::linked) {
      cell.link_is_broken({who, record.why, record.cause ? record.cause : who});
    }
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

void actor_cell::monitor(actor_cell& target) {
  watch(target, false);
}

void actor_cell::watch(actor_cell& target, bool as_link) {
  auto* record = new monitor_record(*this, target, as_link);
  cold_state& state = cold();
  record->next_watched = state.watching;
  if (state.watching) state.watching->previous_watched = record;
  state.watching = record;
  target.signal(record->add_node);
}

/// Takes it off the list of what this actor watches.
void actor_cell::forget(monitor_record& record) noexcept {
  if (record.previous_watched) record.previous_watched->next_watched = record.next_watched;
  if (record.next_watched) record.next_watched->previous_watched = record.previous_watched;
  if (cold_->watching == &record) cold_->watching = record.next_watched;
  record.next_watched = record.previous_watched = nullptr;
}

void actor_cell::end_watch(monitor_record& record) noexcept {
  forget(record);
  record.orphaned = true;
  record.references.fetch_add(1, std::memory_order_relaxed);
  const cell_ptr target = record.target;
  target->signal(record.remove_node);
}

}  // namespace detail
}  // namespace troupe
