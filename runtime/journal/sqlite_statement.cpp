#include <sqlite3.h>

#include <troupe/detail/sqlite_statement.hpp>

namespace troupe::detail {
namespace {

[[noreturn]] void fail(sqlite3& connection) {
  const int code = sqlite3_extended_errcode(&connection);
  throw sqlite_failure{code & 0xff, std::string(sqlite3_errmsg(&connection)) + " (SQLite " +
                                        std::to_string(code) + ")"};
}

}  // namespace

journal_errc sqlite_failure::translated() const noexcept {
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:  // a row is there that no append has written
      return journal_errc::corrupt;
    default:
      return journal_errc::unavailable;
  }
}

bool sqlite_failure::is_locked() const noexcept {
  return code == SQLITE_BUSY;
}

void sqlite_closer::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

void execute(sqlite3& connection, const char* sql) {
  if (sqlite3_exec(&connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(connection);
}

sqlite_statement::sqlite_statement(sqlite3& connection, std::string_view sql)
    : connection_(connection) {
  check(sqlite3_prepare_v3(&connection, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
}

sqlite_statement::~sqlite_statement() {
  sqlite3_finalize(statement_);
}

bool sqlite_statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  try {
    fail(connection_);
  } catch (...) {
    sqlite3_reset(statement_);  // else it would keep its transaction open
    throw;
  }
}

void sqlite_statement::reset() noexcept {
  sqlite3_reset(statement_);  // reports the last step()'s error again, which was thrown
}

std::int64_t sqlite_statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_, column);
}

std::string sqlite_statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data ? std::string(static_cast<const char*>(data), size) : std::string();
}

void sqlite_statement::bind(int position, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, position, value));
}

void sqlite_statement::bind(int position, std::string_view text) {
  check(sqlite3_bind_text64(statement_, position, text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void sqlite_statement::bind_blob(int position, std::string_view data) {
  // A null pointer would be NULL, not the empty blob.
  check(sqlite3_bind_blob64(statement_, position, data.empty() ? "" : data.data(), data.size(),
                            SQLITE_STATIC));
}

void sqlite_statement::check(int code) const {
  if (code != SQLITE_OK) fail(connection_);
}

}  // namespace troupe::detail
