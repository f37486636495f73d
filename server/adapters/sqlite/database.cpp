#include "adapters/sqlite/database.hpp"

#include <utility>

#include <sqlite3.h>

namespace troupe::sqlite {
namespace {

using troupe::detail::execute;

std::int64_t value_of(sqlite3& connection, std::string_view sql) {
  statement asked(connection, sql);
  return asked.step() ? asked.integer(0) : 0;
}

void migrate(sqlite3& connection, const schema& wanted) {
  execute(connection, "begin immediate");
  // Read under the lock: another process may have done it meanwhile.
  const auto from = static_cast<std::size_t>(value_of(connection, "pragma user_version"));
  for (std::size_t i = from; i < wanted.migrations.size(); ++i) {
    execute(connection, wanted.migrations[i]);
  }
  const std::string id = std::to_string(wanted.application_id);
  const std::string version = std::to_string(wanted.migrations.size());
  execute(connection, ("pragma application_id = " + id).c_str());
  execute(connection, ("pragma user_version = " + version).c_str());
  execute(connection, "commit");
}

}  // namespace

std::expected<std::unique_ptr<database>, open_error> database::open(
    const std::filesystem::path& file, const schema& wanted,
    std::chrono::milliseconds lock_wait_max) {
  const auto refuse = [&](const std::string& why) {
    return std::unexpected(open_error{file.string() + ": " + why});
  };
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  troupe::detail::sqlite_connection connection(opened);
  if (code != SQLITE_OK) return refuse(sqlite3_errstr(code));
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, static_cast<int>(lock_wait_max.count()));
  try {
    const auto version_max = static_cast<std::int64_t>(wanted.migrations.size());
    const std::int64_t version = value_of(*opened, "pragma user_version");
    const std::int64_t owner = value_of(*opened, "pragma application_id");
    const bool is_new = value_of(*opened, "select count(*) from sqlite_schema") == 0;
    if (owner != wanted.application_id && !is_new) {
      return refuse("is a database of something else: move it away, or use another storage.path");
    }
    if (version > version_max) {
      return refuse("has schema version " + std::to_string(version) +
                    ", and this program knows versions up to " + std::to_string(version_max) +
                    ": use a newer program");
    }
    execute(*opened, "pragma journal_mode = wal");
    execute(*opened, "pragma synchronous = full");
    execute(*opened, "pragma journal_size_limit = 67108864");  // of the WAL, once it is reused
    if (version < version_max) migrate(*opened, wanted);
    return std::make_unique<database>(std::move(connection));
  } catch (const failure& thrown) {
    return refuse(thrown.what);
  }
}

database::database(troupe::detail::sqlite_connection connection)
    : connection_(std::move(connection)),
      begin_(*connection_, "begin immediate"),
      commit_(*connection_, "commit"),
      rollback_(*connection_, "rollback") {}

void database::begin() {
  begin_.with().run();
}

void database::commit() {
  commit_.with().run();
}

void database::rollback() noexcept {
  if (sqlite3_get_autocommit(connection_.get()) != 0) return;  // the engine has done it already
  try {
    rollback_.with().run();
  } catch (const failure&) {  // the transaction is over in any case
    sqlite3_exec(connection_.get(), "rollback", nullptr, nullptr, nullptr);
  }
}

}  // namespace troupe::sqlite
