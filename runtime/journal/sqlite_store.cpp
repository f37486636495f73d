#include "sqlite_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <sqlite3.h>

namespace troupe::detail {
namespace {

constexpr int application_id = 0x54525045;  // "TRPE", in the file's header

// migrations[n] brings a file from schema version n to n + 1; what is released never changes.
constexpr std::array<const char*, sqlite_store::schema_version> migrations{
    R"(create table stream (
         id integer primary key, key text not null unique, sequence integer not null,
         answers integer not null);
       create table event (
         stream integer not null, sequence integer not null, type text not null,
         version integer not null, data blob not null,
         primary key (stream, sequence)) without rowid;
       create table snapshot (
         stream integer primary key, sequence integer not null, type text not null,
         version integer not null, data blob not null);
       create table answer (
         stream integer not null, number integer not null, command text not null,
         data blob not null, at_ms integer not null,
         primary key (stream, number)) without rowid;
       create unique index answer_command on answer (stream, command);)"};

int pragma_value(sqlite3& connection, std::string_view sql) {
  sqlite_statement statement(connection, sql);
  return statement.step() ? static_cast<int>(statement.integer(0)) : 0;
}

void migrate(sqlite3& connection) {
  execute(connection, "begin immediate");
  // Read under the lock: another process may have done it meanwhile.
  const auto from = static_cast<std::size_t>(pragma_value(connection, "pragma user_version"));
  for (std::size_t i = from; i < migrations.size(); ++i) execute(connection, migrations[i]);
  execute(connection, ("pragma application_id = " + std::to_string(application_id)).c_str());
  execute(connection,
          ("pragma user_version = " + std::to_string(sqlite_store::schema_version)).c_str());
  execute(connection, "commit");
}

}  // namespace

std::expected<std::unique_ptr<sqlite_store>, journal_open_error> sqlite_store::open(
    const std::filesystem::path& file, std::chrono::milliseconds lock_wait_max) {
  const auto refuse = [&](journal_errc code, const std::string& why) {
    return std::unexpected(journal_open_error{code, file.string() + ": " + why});
  };
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  sqlite_connection connection(opened);
  if (code != SQLITE_OK) return refuse(journal_errc::unavailable, sqlite3_errstr(code));
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, static_cast<int>(lock_wait_max.count()));
  try {
    const int version = pragma_value(*opened, "pragma user_version");
    const int owner = pragma_value(*opened, "pragma application_id");
    const bool is_new = pragma_value(*opened, "select count(*) from sqlite_schema") == 0;
    if (owner != application_id && !is_new) {
      return refuse(journal_errc::corrupt, "is a database of something else, not a journal");
    }
    if (version > schema_version) {
      return refuse(journal_errc::unknown_version, "has schema version " + std::to_string(version) +
                                                       ", and this program knows versions up to " +
                                                       std::to_string(schema_version) +
                                                       ": use a newer program");
    }
    execute(*opened, "pragma journal_mode = wal");
    execute(*opened, "pragma synchronous = full");
    execute(*opened, "pragma journal_size_limit = 67108864");  // of the WAL, once it is reused
    if (version < schema_version) migrate(*opened);
    return std::make_unique<sqlite_store>(std::move(connection));
  } catch (const sqlite_failure& failure) {
    return refuse(failure.translated(), failure.what);
  }
}

sqlite_store::sqlite_store(sqlite_connection connection)
    : connection_(std::move(connection)),
      begin_(*connection_, "begin immediate"),
      commit_(*connection_, "commit"),
      rollback_(*connection_, "rollback"),
      savepoint_(*connection_, "savepoint unit"),
      release_(*connection_, "release unit"),
      rollback_to_(*connection_, "rollback to unit"),
      find_stream_(*connection_, "select id, sequence, answers from stream where key = ?"),
      add_stream_(*connection_,
                  "insert into stream (key, sequence, answers) values (?, 0, 0) returning id"),
      move_stream_(*connection_, "update stream set sequence = ?, answers = ? where id = ?"),
      add_event_(*connection_,
                 "insert into event (stream, sequence, type, version, data) "
                 "values (?, ?, ?, ?, ?)"),
      read_events_(*connection_,
                   "select sequence, type, version, data from event "
                   "where stream = ? and sequence > ? order by sequence limit ?"),
      find_snapshot_sequence_(*connection_, "select sequence from snapshot where stream = ?"),
      put_snapshot_(*connection_,
                    "insert or replace into snapshot (stream, sequence, type, version, data) "
                    "values (?, ?, ?, ?, ?)"),
      read_snapshot_(*connection_,
                     "select sequence, type, version, data from snapshot where stream = ?"),
      drop_answer_(*connection_, "delete from answer where stream = ? and command = ?"),
      add_answer_(*connection_,
                  "insert into answer (stream, number, command, data, at_ms) "
                  "select ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 "
                  "from answer where stream = ?1"),
      drop_older_answers_(
          *connection_,
          // Reads no further than to the first that stays: the new one does.
          "delete from answer where stream = ?1 and number < "
          "(select number from answer where stream = ?1 and at_ms >= ?2 order by number limit 1)"),
      drop_oldest_answers_(
          *connection_,
          "delete from answer where stream = ?1 and number in "
          "(select number from answer where stream = ?1 order by number limit ?2)"),
      read_answers_(*connection_,
                    "select command, data, at_ms from answer where stream = ? order by number") {}

void sqlite_store::begin() {
  begin_.with().run();
}

void sqlite_store::commit() {
  commit_.with().run();
}

void sqlite_store::rollback() noexcept {
  if (sqlite3_get_autocommit(connection_.get())) return;  // the engine has done it already
  try {
    rollback_.with().run();
  } catch (const sqlite_failure&) {  // the transaction is over in any case
    sqlite3_exec(connection_.get(), "rollback", nullptr, nullptr, nullptr);
  }
}

sqlite_store::head sqlite_store::find(const std::string& stream) {
  find_stream_.with(std::string_view(stream));
  head found;
  if (find_stream_.step()) {
    found = {find_stream_.integer(0), static_cast<std::uint64_t>(find_stream_.integer(1)),
             find_stream_.integer(2)};
  }
  find_stream_.reset();
  return found;
}

sqlite_store::head sqlite_store::find_or_add(const std::string& stream) {
  head found = find(stream);
  if (found.id != 0) return found;
  add_stream_.with(std::string_view(stream)).step();
  found.id = add_stream_.integer(0);
  add_stream_.reset();
  return found;
}

std::expected<std::uint64_t, journal_errc> sqlite_store::append(const journal_append& what) {
  savepoint_.with().run();
  auto written = append_in_savepoint(what);
  if (!written) rollback_to_.with().run();
  release_.with().run();
  return written;
}

std::expected<std::uint64_t, journal_errc> sqlite_store::append_in_savepoint(
    const journal_append& what) {
  head stream = find_or_add(what.stream);
  if (stream.sequence != what.expected_sequence) return std::unexpected(journal_errc::conflict);
  std::uint64_t last = write_events(stream, what);
  if (what.state) write_snapshot(stream, ++last, *what.state);
  if (what.answer) stream.answers = write_answer(stream, what);
  move_stream_.with(last, stream.answers, stream.id).run();
  return last;
}

std::uint64_t sqlite_store::write_events(const head& stream, const journal_append& what) {
  std::uint64_t sequence = stream.sequence;
  for (const journal_event& each : what.events) {
    add_event_
        .with(stream.id, ++sequence, std::string_view(each.type), each.version,
              sqlite_statement::blob{each.data})
        .run();
  }
  return sequence;
}

std::int64_t sqlite_store::write_answer(const head& stream, const journal_append& what) {
  const journal_answer& answer = *what.answer;
  const auto dropped = [this] { return sqlite3_changes64(connection_.get()); };
  std::int64_t count = stream.answers;
  drop_answer_.with(stream.id, std::string_view(answer.command)).run();
  count -= dropped();
  add_answer_
      .with(stream.id, std::string_view(answer.command), sqlite_statement::blob{answer.data},
            std::int64_t{answer.at.time_since_epoch().count()})
      .run();
  ++count;
  drop_older_answers_.with(stream.id, std::int64_t{what.answers_since.time_since_epoch().count()})
      .run();
  count -= dropped();
  if (const std::int64_t surplus = count - what.answers_count_max; surplus > 0) {
    drop_oldest_answers_.with(stream.id, surplus).run();
    count -= dropped();
  }
  return count;
}

void sqlite_store::write_snapshot(const head& stream, std::uint64_t sequence,
                                  const journal_snapshot& what) {
  put_snapshot_
      .with(stream.id, sequence, std::string_view(what.type), what.version,
            sqlite_statement::blob{what.data})
      .run();
}

std::expected<std::uint64_t, journal_errc> sqlite_store::save_snapshot(
    const std::string& stream, const journal_snapshot& snapshot) {
  const head found = find(stream);
  if (found.id == 0 || snapshot.sequence > found.sequence) {
    return std::unexpected(journal_errc::conflict);
  }
  const bool has_one = find_snapshot_sequence_.with(found.id).step();
  const std::uint64_t stored =
      has_one ? static_cast<std::uint64_t>(find_snapshot_sequence_.integer(0)) : 0;
  find_snapshot_sequence_.reset();
  if (has_one && stored > snapshot.sequence) return stored;
  write_snapshot(found, snapshot.sequence, snapshot);
  return snapshot.sequence;
}

journal_page sqlite_store::read(const std::string& stream, std::uint64_t after, std::size_t limit) {
  limit = std::clamp<std::size_t>(limit, 1, journal_limits::page_records_max);
  journal_page page;
  const head found = find(stream);
  if (found.id == 0) return page;
  std::size_t bytes = 0;
  read_events_.with(found.id, after, std::uint64_t{limit + 1});
  while (read_events_.step()) {
    journal_record record{
        static_cast<std::uint64_t>(read_events_.integer(0)),
        {read_events_.bytes(1), static_cast<std::uint32_t>(read_events_.integer(2)),
         read_events_.bytes(3)}};
    bytes += record.event.data.size();
    const bool fits = page.records.empty() || bytes <= journal_limits::page_bytes_max;
    if (page.records.size() == limit || !fits) {
      page.more = true;
      break;
    }
    page.records.push_back(std::move(record));
  }
  read_events_.reset();
  return page;
}

journal_stream sqlite_store::load(const std::string& stream) {
  const head found = find(stream);
  journal_stream result;
  if (found.id == 0) return result;
  result.sequence = found.sequence;
  if (read_snapshot_.with(found.id).step()) {
    result.snapshot = {
        static_cast<std::uint64_t>(read_snapshot_.integer(0)), read_snapshot_.bytes(1),
        static_cast<std::uint32_t>(read_snapshot_.integer(2)), read_snapshot_.bytes(3)};
  }
  read_snapshot_.reset();
  read_answers_.with(found.id);
  while (read_answers_.step()) {
    result.answers.push_back({read_answers_.bytes(0), read_answers_.bytes(1),
                              wall_time(std::chrono::milliseconds(read_answers_.integer(2)))});
  }
  read_answers_.reset();
  return result;
}

}  // namespace troupe::detail
