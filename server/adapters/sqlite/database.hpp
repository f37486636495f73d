// database.hpp — one SQLite file: opened, brought to the schema of this program, and its
// transactions. Everything blocks; one thread at a time.
//
// WAL with synchronous=FULL: what commit() returned from has been synced.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <troupe/detail/sqlite_statement.hpp>

namespace troupe::sqlite {

using failure = troupe::detail::sqlite_failure;
using statement = troupe::detail::sqlite_statement;

/// What a file is and how it came to be. migrations[n] is SQL that brings it from version n to
/// n + 1; what is released never changes.
struct schema {
  std::int32_t application_id = 0;  // in the file's header: tells our files from others'
  std::span<const char* const> migrations;
};

struct open_error {
  std::string what;  // one line that names the file
};

class database {
 public:
  /// Creates the file when it is not there. Errors: not readable or writable, locked for longer
  /// than lock_wait_max, damaged, of something else, or of a newer program.
  static std::expected<std::unique_ptr<database>, open_error> open(
      const std::filesystem::path& file, const schema& wanted,
      std::chrono::milliseconds lock_wait_max);

  explicit database(troupe::detail::sqlite_connection connection);

  /// For statements, which must go before this does.
  [[nodiscard]] sqlite3& connection() const noexcept { return *connection_; }

  void begin();   // throws failure
  void commit();  // returns once it has been synced; throws failure
  void rollback() noexcept;

 private:
  troupe::detail::sqlite_connection connection_;
  statement begin_;
  statement commit_;
  statement rollback_;
};

}  // namespace troupe::sqlite
