// A connection to SQLite and its prepared statements: of the component troupe::journal_sqlite, and
// of other stores that link it. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/journal.hpp>

struct sqlite3;
struct sqlite3_stmt;

namespace troupe::detail {

/// The engine could not do it. Thrown, and translated at the journal's boundary.
struct sqlite_failure {
  int code = 0;  // a primary result code
  std::string what;

  journal_errc translated() const noexcept;  // corrupt or unavailable
  bool is_locked() const noexcept;           // by another process, for longer than we wait
};

struct sqlite_closer {
  void operator()(sqlite3* connection) const noexcept;
};
using sqlite_connection = std::unique_ptr<sqlite3, sqlite_closer>;

/// Runs statements that give no rows. Throws sqlite_failure.
void execute(sqlite3& connection, const char* sql);

class sqlite_statement {
 public:
  sqlite_statement(sqlite3& connection, std::string_view sql);  // throws sqlite_failure
  sqlite_statement(const sqlite_statement&) = delete;
  sqlite_statement& operator=(const sqlite_statement&) = delete;
  ~sqlite_statement();

  /// Starts anew with these parameters. Texts and bytes must live until the last step().
  template <class... Parameters>
  sqlite_statement& with(const Parameters&... parameters) {
    reset();
    int position = 0;
    (bind(++position, parameters), ...);
    return *this;
  }
  /// True: there is a row. Throws sqlite_failure.
  bool step();
  /// Steps once and lets go of the row.
  void run() {
    step();
    reset();
  }
  void reset() noexcept;

  std::int64_t integer(int column) const noexcept;
  std::string bytes(int column) const;

 private:
  void bind(int position, std::int64_t value);
  void bind(int position, std::uint64_t value) { bind(position, static_cast<std::int64_t>(value)); }
  void bind(int position, std::uint32_t value) { bind(position, static_cast<std::int64_t>(value)); }
  void bind(int position, std::string_view text);
  void bind_blob(int position, std::string_view data);

 public:
  /// A parameter that is bytes, not text.
  struct blob {
    std::string_view data;
  };

 private:
  void bind(int position, blob value) { bind_blob(position, value.data); }
  void check(int code) const;

  sqlite3& connection_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace troupe::detail
