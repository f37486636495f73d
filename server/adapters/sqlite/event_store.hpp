// event_store.hpp — the table of events that wait for the application, and what is done with it.
// Everything blocks and throws failure; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <vector>

#include "adapters/sqlite/database.hpp"
#include "ports/event_log.hpp"

namespace troupe::sqlite {

class event_store {
 public:
  static schema wanted_schema();

  /// The database outlives it.
  event_store(database& in, std::size_t lane_events_max);

  // In a transaction; once that is stored, counted() tells what it came to.
  std::expected<void, ports::event_log_errc> append(std::uint32_t lane,
                                                    const std::vector<ports::event>& events);
  /// Gives how many went.
  std::int64_t remove_through(std::uint32_t lane, std::uint64_t id);
  void counted(std::uint32_t lane, std::int64_t change) { counts_[lane] += change; }

  std::vector<ports::kept_event> read(std::uint32_t lane, std::size_t limit);

 private:
  database& database_;
  const std::int64_t lane_events_max_;
  statement add_, read_, remove_;
  std::map<std::uint32_t, std::int64_t> counts_;  // events stored, by lane
};

}  // namespace troupe::sqlite
