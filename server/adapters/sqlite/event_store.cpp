#include "adapters/sqlite/event_store.hpp"

#include <array>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "adapters/sqlite/tags_blob.hpp"

namespace troupe::sqlite {
namespace {

using blob = statement::blob;

constexpr std::int32_t application_id = 0x54525045;  // "TRPE"

// autoincrement: an id is never given twice, so that removing up to one removes nothing newer.
constexpr std::array<const char*, 1> migrations{
    R"(create table event (
         id integer primary key autoincrement, lane integer not null, kind integer not null,
         headers blob not null, body blob not null);
       create index event_by_lane on event (lane, id);)"};

}  // namespace

schema event_store::wanted_schema() {
  return {.application_id = application_id, .migrations = migrations};
}

event_store::event_store(database& in, std::size_t lane_events_max)
    : database_(in),
      lane_events_max_(static_cast<std::int64_t>(lane_events_max)),
      add_(in.connection(), "insert into event (lane, kind, headers, body) values (?, ?, ?, ?)"),
      read_(in.connection(),
            "select id, kind, headers, body from event where lane = ? order by id limit ?"),
      remove_(in.connection(), "delete from event where lane = ? and id <= ?") {
  statement count(in.connection(), "select lane, count(*) from event group by lane");
  while (count.step()) counts_[static_cast<std::uint32_t>(count.integer(0))] = count.integer(1);
}

std::expected<void, ports::event_log_errc> event_store::append(
    std::uint32_t lane, const std::vector<ports::event>& events) {
  if (counts_[lane] + static_cast<std::int64_t>(events.size()) > lane_events_max_) {
    return std::unexpected(ports::event_log_errc::full);
  }
  for (const ports::event& each : events) {
    const std::string headers = to_blob({each.headers.begin(), each.headers.end()});
    add_.with(lane, static_cast<std::int64_t>(each.kind), blob{headers}, blob{each.body}).run();
  }
  return {};
}

std::int64_t event_store::remove_through(std::uint32_t lane, std::uint64_t id) {
  remove_.with(lane, id).run();
  return sqlite3_changes64(&database_.connection());
}

std::vector<ports::kept_event> event_store::read(std::uint32_t lane, std::size_t limit) {
  std::vector<ports::kept_event> events;
  read_.with(lane, static_cast<std::int64_t>(limit));
  while (read_.step()) {
    const auto headers = tags_of(read_.bytes(2)).value_or(std::map<std::string, std::string>{});
    events.push_back({.id = static_cast<std::uint64_t>(read_.integer(0)),
                      .what = {.kind = static_cast<ports::event_kind>(read_.integer(1)),
                               .body = read_.bytes(3),
                               .headers = {headers.begin(), headers.end()}}});
  }
  read_.reset();
  return events;
}

}  // namespace troupe::sqlite
