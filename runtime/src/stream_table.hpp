// The ends of streams that one instance holds: when the instance goes, they end with its reason.
#pragma once

#include <memory>
#include <utility>

#include <troupe/stream.hpp>

#include "cold_state.hpp"

namespace troupe::detail {

/// One of the waits of its cell, though nothing completes it: a cell discards its waits when it
/// drops the instance, and that ends the streams.
struct stream_table final : wait {
  explicit stream_table(actor_cell& of) : owner(of) {
    wait::discard = &instance_dropped;
    owner.begin_wait(*this);
    owner.cold().streams = this;
  }

  /// Null when there are too many.
  static stream_table* of(actor_cell& cell) {
    stream_table* table = cell.cold().streams;
    if (!table) table = new stream_table(cell);  // NOLINT: the cell's waits own it
    return table->count < streams_per_actor_max ? table : nullptr;
  }

  void add(stream_link& link) noexcept {
    link.table = this;
    link.previous = nullptr;
    link.next = first;
    if (first) first->previous = &link;
    first = &link;
    ++count;
  }

  static void remove(stream_link& link) noexcept {
    stream_table* table = std::exchange(link.table, nullptr);
    if (!table) return;
    if (link.previous) link.previous->next = link.next;
    if (link.next) link.next->previous = link.previous;
    if (table->first == &link) table->first = link.next;
    --table->count;
  }

  static void instance_dropped(wait& base) noexcept {
    const std::unique_ptr<stream_table> self(static_cast<stream_table*>(&base));
    cold_state& cold = self->owner.cold();
    cold.streams = nullptr;
    // An instance goes because it is replaced, or because its actor stops.
    const bool failed = cold.restart_due || self->owner.stop_cause() == stop_reason::failed;
    while (self->first) {
      stream_link& link = *self->first;
      const core_ptr<stream_core> core(link.core);
      remove(link);
      core->owner_gone(link.side, failed ? stream_reason::failed : stream_reason::stopped);
    }
  }

  actor_cell& owner;
  stream_link* first = nullptr;
  std::uint32_t count = 0;
  std::uint64_t last_id = 0;
};

}  // namespace troupe::detail
