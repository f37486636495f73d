#include "adapters/sqlite/history_store.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "adapters/sqlite/tags_blob.hpp"
#include "ports/stream_epoch.hpp"

namespace troupe::sqlite {
namespace {

using blob = statement::blob;

constexpr std::int32_t application_id = 0x54525048;  // "TRPH"

constexpr std::array<const char*, 1> migrations{
    R"(create table stream (
         id integer primary key, channel text not null unique, epoch text not null,
         top integer not null, version integer not null, version_epoch text not null,
         kept_until_ms integer not null, position_until_ms integer not null,
         due_ms integer not null);
       create index stream_due on stream (due_ms);
       create table publication (
         stream integer not null, offset integer not null, time_ms integer not null,
         data blob not null, tags blob not null, has_info integer not null, user blob not null,
         client blob not null, conn_info blob not null, chan_info blob not null,
         primary key (stream, offset)) without rowid;
       create table idempotency (
         stream integer not null, offset integer not null, key blob not null,
         until_ms integer not null, primary key (stream, offset)) without rowid;
       create unique index idempotency_key on idempotency (stream, key);
       create index idempotency_until on idempotency (until_ms);)"};

// Keeps the sums below within their range; nobody waits for more than a century.
constexpr std::chrono::milliseconds keep_max = std::chrono::hours(24) * 365 * 100;

std::int64_t after(std::int64_t now_ms, std::chrono::milliseconds length) {
  return now_ms + std::clamp(length, std::chrono::milliseconds(0), keep_max).count();
}

std::uint64_t to_unsigned(std::int64_t stored) {
  return static_cast<std::uint64_t>(stored);
}

/// Offsets beyond what the engine can count are beyond all that there are.
std::int64_t to_stored_offset(std::uint64_t offset) {
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  return offset > to_unsigned(max) ? max : static_cast<std::int64_t>(offset);
}

bool is_outdated(const ports::append_conditions& coming, std::uint64_t version,
                 const std::string& version_epoch) {
  return coming.version != 0 && coming.version <= version &&
         (coming.version_epoch.empty() || coming.version_epoch == version_epoch);
}

}  // namespace

schema history_store::wanted_schema() {
  return {.application_id = application_id, .migrations = migrations};
}

history_store::history_store(database& in, std::uint64_t seed)
    : database_(in),
      random_(seed),
      find_(in.connection(),
            "select id, epoch, top, version, version_epoch, kept_until_ms, position_until_ms "
            "from stream where channel = ?"),
      make_(in.connection(),
            "insert into stream (channel, epoch, top, version, version_epoch, kept_until_ms, "
            "position_until_ms, due_ms) values (?1, ?2, 0, 0, '', 0, ?3, ?3) returning id"),
      update_(in.connection(),
              "update stream set top = ?2, version = ?3, version_epoch = ?4, kept_until_ms = ?5, "
              "position_until_ms = ?6, due_ms = min(due_ms, ?5) where id = ?1"),
      erase_(in.connection(), "delete from stream where id = ?"),
      prolong_(in.connection(),
               "update stream set position_until_ms = ?2, due_ms = min(due_ms, case "
               "when kept_until_ms > 0 then kept_until_ms else ?2 end) where id = ?1"),
      find_due_(in.connection(),
                "select id, kept_until_ms, position_until_ms from stream where due_ms <= ? "
                "order by due_ms limit ?"),
      put_off_(in.connection(),
               "update stream set due_ms = case when kept_until_ms > 0 then kept_until_ms "
               "else position_until_ms end where id = ?"),
      nothing_kept_(in.connection(), "update stream set kept_until_ms = 0 where id = ?"),
      add_(in.connection(),
           "insert into publication (stream, offset, time_ms, data, tags, has_info, user, client, "
           "conn_info, chan_info) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      read_forward_(in.connection(),
                    "select offset, time_ms, data, tags, has_info, user, client, conn_info, "
                    "chan_info from publication where stream = ? and offset > ? "
                    "order by offset limit ?"),
      read_reverse_(in.connection(),
                    "select offset, time_ms, data, tags, has_info, user, client, conn_info, "
                    "chan_info from publication where stream = ? and offset < ? "
                    "order by offset desc limit ?"),
      drop_through_(in.connection(), "delete from publication where stream = ? and offset <= ?"),
      drop_some_(in.connection(),
                 "delete from publication where stream = ?1 and offset in (select offset "
                 "from publication where stream = ?1 order by offset limit ?2)"),
      drop_all_(in.connection(), "delete from publication where stream = ?"),
      find_key_(in.connection(),
                "select offset from idempotency where stream = ? and key = ? and until_ms > ?"),
      add_key_(in.connection(),
               "insert or replace into idempotency (stream, offset, key, until_ms) "
               "values (?, ?, ?, ?)"),
      drop_old_keys_(in.connection(), "delete from idempotency where stream = ? and offset <= ?"),
      drop_expired_keys_(in.connection(),
                         "delete from idempotency where (stream, offset) in (select stream, offset "
                         "from idempotency where until_ms <= ? order by until_ms limit ?)"),
      drop_all_keys_(in.connection(), "delete from idempotency where stream = ?") {}

// ---- streams -----------------------------------------------------------------------------------

std::optional<history_store::stream> history_store::find(const core::channel_name& channel) {
  find_.with(std::string_view(channel.text()));
  if (!find_.step()) return std::nullopt;
  stream found{.id = find_.integer(0),
               .top = {to_unsigned(find_.integer(2)), find_.bytes(1)},
               .version = to_unsigned(find_.integer(3)),
               .version_epoch = find_.bytes(4),
               .kept_until_ms = find_.integer(5),
               .position_until_ms = find_.integer(6)};
  find_.reset();
  if (const auto later = prolonged_.find(found.id); later != prolonged_.end()) {
    found.position_until_ms = later->second;
  }
  return found;
}

history_store::stream history_store::find_or_make(const core::channel_name& channel,
                                                  std::int64_t now_ms, std::int64_t until_ms) {
  if (const auto found = find(channel)) {
    if (found->position_until_ms > now_ms) return *found;
    erase(*found);
  }
  stream made{.top = {0, ports::random_epoch(random_)}, .position_until_ms = until_ms};
  make_.with(std::string_view(channel.text()), std::string_view(made.top.epoch), until_ms).step();
  made.id = make_.integer(0);
  make_.reset();
  return made;
}

void history_store::erase(const stream& gone) {
  drop_all_.with(gone.id).run();
  drop_all_keys_.with(gone.id).run();
  erase_.with(gone.id).run();
  prolonged_.erase(gone.id);
}

// ---- writing -----------------------------------------------------------------------------------

ports::append_result history_store::append(const core::channel_name& channel,
                                           const protocol::publication& publication,
                                           const ports::history_limits& limits,
                                           const ports::append_conditions& conditions,
                                           std::int64_t now_ms) {
  using enum ports::append_result::outcome;
  const std::int64_t until_ms = after(now_ms, limits.meta_ttl);
  stream into = find_or_make(channel, now_ms, until_ms);
  if (!conditions.idempotency_key.empty()) {
    const auto first = offset_of_key(into, conditions.idempotency_key, now_ms);
    if (first) return {{*first, into.top.epoch}, repeated};
  }
  if (is_outdated(conditions, into.version, into.version_epoch)) return {into.top, outdated};

  const bool have_gone = into.kept_until_ms <= now_ms;
  const std::uint64_t before = into.top.offset++;
  const std::uint64_t too_many =
      into.top.offset > limits.size ? into.top.offset - limits.size : std::uint64_t{0};
  const std::uint64_t leaving = have_gone ? before : too_many;
  if (leaving > 0) drop_through_.with(into.id, leaving).run();
  add_publication(into.id, into.top.offset, publication);
  if (!conditions.idempotency_key.empty()) add_key(into, conditions.idempotency_key, now_ms);
  if (conditions.version != 0) {
    into.version = conditions.version;
    into.version_epoch = conditions.version_epoch;
  }
  into.kept_until_ms = after(now_ms, limits.ttl);
  into.position_until_ms = std::max(until_ms, into.kept_until_ms);
  update_
      .with(into.id, into.top.offset, into.version, std::string_view(into.version_epoch),
            into.kept_until_ms, into.position_until_ms)
      .run();
  // Not erased: the transaction may yet fail, and the row be as it was.
  if (const auto later = prolonged_.find(into.id); later != prolonged_.end()) {
    later->second = into.position_until_ms;
  }
  return {into.top, appended};
}

void history_store::add_publication(std::int64_t id, std::uint64_t offset,
                                    const protocol::publication& coming) {
  static const protocol::client_info nobody;
  const protocol::client_info& info = coming.info ? *coming.info : nobody;
  const std::string tags = to_blob(coming.tags);
  add_.with(id, offset, coming.time_ms, blob{coming.data}, blob{tags},
            std::int64_t{coming.info ? 1 : 0}, blob{info.user}, blob{info.client},
            blob{info.conn_info}, blob{info.chan_info})
      .run();
}

std::optional<std::uint64_t> history_store::offset_of_key(const stream& in, const std::string& key,
                                                          std::int64_t now_ms) {
  find_key_.with(in.id, blob{key}, now_ms);
  std::optional<std::uint64_t> found;
  if (find_key_.step()) found = to_unsigned(find_key_.integer(0));
  find_key_.reset();
  return found;
}

void history_store::add_key(const stream& to, const std::string& key, std::int64_t now_ms) {
  add_key_.with(to.id, to.top.offset, blob{key}, after(now_ms, ports::idempotency_ttl)).run();
  if (to.top.offset > ports::idempotency_offsets_max) {
    drop_old_keys_.with(to.id, to.top.offset - ports::idempotency_offsets_max).run();
  }
}

void history_store::remove(const core::channel_name& channel, std::int64_t now_ms) {
  const auto found = find(channel);
  if (!found) return;
  if (found->position_until_ms <= now_ms) return erase(*found);
  drop_all_.with(found->id).run();
  nothing_kept_.with(found->id).run();
}

// ---- reading -----------------------------------------------------------------------------------

bool history_store::read_writes(const core::channel_name& channel, std::int64_t now_ms) {
  if (prolonged_.size() >= prolonged_max) return true;
  const auto found = find(channel);
  return !found || found->position_until_ms <= now_ms;
}

ports::history_page history_store::read(const core::channel_name& channel,
                                        const ports::history_filter& filter,
                                        const ports::history_limits& limits, std::int64_t now_ms) {
  if (prolonged_.size() >= prolonged_max) write_down_prolonged();
  const std::int64_t until_ms = after(now_ms, limits.meta_ttl);
  const stream from = find_or_make(channel, now_ms, until_ms);
  const bool has_kept = from.kept_until_ms > now_ms;
  prolonged_[from.id] = has_kept ? std::max(until_ms, from.kept_until_ms) : until_ms;

  ports::history_page page{.publications = {}, .top = from.top};
  if (!has_kept || filter.limit == 0) return page;
  constexpr std::int64_t no_limit = -1;
  const std::int64_t limit = filter.limit ? to_stored_offset(*filter.limit) : no_limit;
  statement& rows = filter.reverse ? read_reverse_ : read_forward_;
  const std::uint64_t otherwise = filter.reverse ? std::numeric_limits<std::uint64_t>::max() : 0;
  rows.with(from.id, to_stored_offset(filter.since_offset.value_or(otherwise)), limit);
  while (rows.step()) page.publications.push_back(publication_in(rows));
  rows.reset();
  return page;
}

protocol::publication history_store::publication_in(statement& row) {
  protocol::publication made;
  made.offset = to_unsigned(row.integer(0));
  made.time_ms = row.integer(1);
  made.data = row.bytes(2);
  auto tags = tags_of(row.bytes(3));
  if (!tags) {
    row.reset();
    throw failure{SQLITE_CORRUPT, "the tags of a publication are damaged"};
  }
  made.tags = *std::move(tags);
  if (row.integer(4) != 0) {
    made.info = protocol::client_info{row.bytes(5), row.bytes(6), row.bytes(7), row.bytes(8)};
  }
  return made;
}

// ---- sweeping ----------------------------------------------------------------------------------

void history_store::write_down_prolonged() {
  for (const auto& [id, until_ms] : prolonged_) prolong_.with(id, until_ms).run();
  prolonged_.clear();
}

void history_store::sweep(std::int64_t now_ms, std::int64_t steps_max) {
  write_down_prolonged();
  drop_expired_keys_.with(now_ms, steps_max).run();
  std::vector<stream> due;
  find_due_.with(now_ms, steps_max);
  while (find_due_.step()) {
    due.push_back({.id = find_due_.integer(0),
                   .kept_until_ms = find_due_.integer(1),
                   .position_until_ms = find_due_.integer(2)});
  }
  find_due_.reset();
  std::int64_t left = steps_max;
  for (const stream& each : due) {
    if (left <= 0) return;
    left -= sweep_stream(each, now_ms, left);
  }
}

std::int64_t history_store::sweep_stream(const stream& due, std::int64_t now_ms,
                                         std::int64_t steps_max) {
  std::int64_t dropped = 0;
  if (due.kept_until_ms != 0 && due.kept_until_ms <= now_ms) {
    drop_some_.with(due.id, steps_max).run();
    dropped = sqlite3_changes64(&database_.connection());
    if (dropped == steps_max) return dropped;  // there may be more
    nothing_kept_.with(due.id).run();
  }
  const bool is_over = due.position_until_ms <= now_ms && due.kept_until_ms <= now_ms;
  if (is_over) {
    erase(due);
  } else {
    put_off_.with(due.id).run();
  }
  return dropped;
}

}  // namespace troupe::sqlite
