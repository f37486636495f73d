// The tables of the SQLite journal and what is done with them: everything blocks, and one thread at
// a time may use it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include <troupe/detail/sqlite_statement.hpp>
#include <troupe/journal.hpp>
#include <troupe/journal_sqlite.hpp>

namespace troupe::detail {

class sqlite_store {
 public:
  static constexpr int schema_version = 1;

  static std::expected<std::unique_ptr<sqlite_store>, journal_open_error> open(
      const std::filesystem::path& file, std::chrono::milliseconds lock_wait_max);

  explicit sqlite_store(sqlite_connection connection);  // of an up-to-date file

  // A transaction: begin(), any number of append() and save_snapshot(), commit(). An expected error
  // of one of them leaves the others as they are; an exception (sqlite_failure) ends the
  // transaction as a whole: rollback().
  void begin();
  void commit();  // returns once it has been synced
  void rollback() noexcept;
  std::expected<std::uint64_t, journal_errc> append(const journal_append& what);
  std::expected<std::uint64_t, journal_errc> save_snapshot(const std::string& stream,
                                                           const journal_snapshot& snapshot);

  // Outside a transaction. Throw sqlite_failure.
  journal_page read(const std::string& stream, std::uint64_t after, std::size_t limit);
  journal_stream load(const std::string& stream);

 private:
  struct head {
    std::int64_t id = 0;
    std::uint64_t sequence = 0;
    std::int64_t answers = 0;  // how many are stored
  };
  head find(const std::string& stream);
  head find_or_add(const std::string& stream);
  std::expected<std::uint64_t, journal_errc> append_in_savepoint(const journal_append& what);
  std::uint64_t write_events(const head& stream, const journal_append& what);
  /// Gives how many answers there are now.
  std::int64_t write_answer(const head& stream, const journal_append& what);
  void write_snapshot(const head& stream, std::uint64_t sequence, const journal_snapshot& what);

  sqlite_connection connection_;
  sqlite_statement begin_, commit_, rollback_, savepoint_, release_, rollback_to_;
  sqlite_statement find_stream_, add_stream_, move_stream_;
  sqlite_statement add_event_, read_events_;
  sqlite_statement find_snapshot_sequence_, put_snapshot_, read_snapshot_;
  sqlite_statement drop_answer_, add_answer_, drop_older_answers_, drop_oldest_answers_,
      read_answers_;
};

}  // namespace troupe::detail
