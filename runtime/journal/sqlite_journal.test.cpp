#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <troupe/journal_sqlite.hpp>
#include <troupe/troupe.hpp>

#include "sqlite_fixture.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;
using namespace testing_journal;

/// A second, raw connection to the same file.
class raw_connection {
 public:
  explicit raw_connection(const std::filesystem::path& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &connection_), SQLITE_OK);
  }
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;
  ~raw_connection() { sqlite3_close(connection_); }
  void execute(const char* sql) {
    EXPECT_EQ(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection_);
  }

  /// The first column of the first row.
  int number(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const int value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* connection_ = nullptr;
};

class sqlite_journals : public testing::Test, protected journal_file {};

// ---- opening -----------------------------------------------------------------------------------

TEST_F(sqlite_journals, refuse_a_schema_that_is_newer_than_they_know) {
  open();
  raw_connection(file).execute("pragma user_version = 2");
  const auto refused = sqlite_journal::open(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, journal_errc::unknown_version);
  EXPECT_EQ(refused.error().what,
            file.string() +
                ": has schema version 2, and this program knows versions up to 1: use a newer "
                "program");
}

TEST_F(sqlite_journals, refuse_a_database_of_something_else) {
  raw_connection(file).execute("create table cake (slices)");
  const auto refused = sqlite_journal::open(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, journal_errc::corrupt);
  EXPECT_EQ(refused.error().what,
            file.string() + ": is a database of something else, not a journal");
}

TEST_F(sqlite_journals, refuse_a_file_that_is_no_database) {
  std::ofstream(file) << std::string(8192, '?');
  const auto refused = sqlite_journal::open(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, journal_errc::corrupt);
}

TEST_F(sqlite_journals, refuse_a_folder_that_is_not_there) {
  const auto refused = sqlite_journal::open(folder.path / "nowhere" / "journal");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, journal_errc::unavailable);
}

/// While it lives, counts how often SQLite has synced a write-ahead log.
class log_sync_counter {
 public:
  log_sync_counter() {
    original = sqlite3_vfs_find(nullptr);
    counting = *original;
    counting.zName = "counting";
    counting.xOpen = &open;
    syncs = 0;
    sqlite3_vfs_register(&counting, 1);
  }
  log_sync_counter(const log_sync_counter&) = delete;
  log_sync_counter& operator=(const log_sync_counter&) = delete;
  ~log_sync_counter() {
    sqlite3_vfs_register(original, 1);
    sqlite3_vfs_unregister(&counting);
  }
  static inline std::atomic<std::uint64_t> syncs{0};

 private:
  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int code = original->xOpen(original, name, file, flags, out_flags);
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) {
      log_methods = *file->pMethods;
      original_sync = file->pMethods->xSync;
      log_methods.xSync = [](sqlite3_file* log, int how) {
        ++syncs;
        return original_sync(log, how);
      };
      file->pMethods = &log_methods;
    }
    return code;
  }
  static inline sqlite3_vfs* original = nullptr;
  static inline sqlite3_vfs counting{};
  static inline sqlite3_io_methods log_methods{};
  static inline int (*original_sync)(sqlite3_file*, int) = nullptr;
};

TEST_F(sqlite_journals, sync_the_log_before_each_acknowledgement) {
  const log_sync_counter counter;
  auto journal = open();
  caller call(*journal);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const std::uint64_t before = log_sync_counter::syncs;
    ASSERT_EQ(call.append(one_event("s", i)), i + 1);
    EXPECT_GT(log_sync_counter::syncs, before);
  }
}

// ---- faults ------------------------------------------------------------------------------------

TEST_F(sqlite_journals, of_two_on_one_file_let_only_one_writer_win) {
  auto one = open();
  auto other = open();
  caller first(*one);
  caller second(*other);
  EXPECT_EQ(first.append(one_event("s", 0)), 1U);
  EXPECT_EQ(second.append(one_event("s", 0)), std::unexpected(journal_errc::conflict));
  EXPECT_EQ(second.append(one_event("s", 1)), 2U);
  EXPECT_EQ(first.load("s")->sequence, 2U);
}

TEST_F(sqlite_journals, are_unavailable_while_another_process_holds_the_lock_and_recover) {
  auto journal = open({.lock_wait_max = 10ms});
  caller call(*journal);
  raw_connection other(file);
  other.execute("begin immediate");
  EXPECT_EQ(call.append(one_event("s", 0)), std::unexpected(journal_errc::unavailable));
  EXPECT_EQ(call.load("s")->sequence, 0U) << "reading goes on";
  EXPECT_NE(journal->figures().last_error.find("locked"), std::string::npos);
  other.execute("commit");
  EXPECT_EQ(call.append(one_event("s", 0)), 1U);
}

TEST_F(sqlite_journals, are_unavailable_on_a_full_disk_and_recover_without_a_restart) {
  auto journal = open();
  std::uint64_t acknowledged = 0;
  {
    caller call(*journal);
    EXPECT_EQ(call.append(one_event("s", acknowledged)), acknowledged + 1);
    ++acknowledged;
    {
      const file_size_limit full(256 * 1024);
      std::expected<std::uint64_t, journal_errc> written;
      for (int i = 0; i < 100; ++i) {
        written = call.append(one_event("s", acknowledged, std::string(20'000, 'x')));
        if (!written) break;
        EXPECT_EQ(*written, ++acknowledged);
      }
      EXPECT_EQ(written, std::unexpected(journal_errc::unavailable));
      EXPECT_EQ(call.load("s")->sequence, acknowledged) << "what was acknowledged stays";
      EXPECT_FALSE(journal->figures().last_error.empty());
    }
    EXPECT_EQ(call.append(one_event("s", acknowledged)), acknowledged + 1);
    ++acknowledged;
  }
  journal.reset();
  journal = open();
  caller call(*journal);
  EXPECT_EQ(call.read("s", 0, 1000)->records.size(), acknowledged);
}
TEST_F(sqlite_journals, report_a_damaged_file_as_corrupt) {
  {
    auto journal = open();
    caller call(*journal);
    EXPECT_EQ(call.append(one_event("s", 0, std::string(100'000, 'x'))), 1U);
  }
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(4096);
    const auto size = std::filesystem::file_size(file);
    bytes << std::string(size - 4096, '\x5a');
  }
  auto journal = open();
  caller call(*journal);
  EXPECT_EQ(call.load("s"), std::unexpected(journal_errc::corrupt));
  EXPECT_EQ(call.append(one_event("s", 1)), std::unexpected(journal_errc::corrupt));
}

TEST_F(sqlite_journals, keep_nothing_of_an_append_that_was_refused) {
  auto journal = open();
  EXPECT_EQ(caller(*journal).append(one_event("s", 7)), std::unexpected(journal_errc::conflict));
  EXPECT_EQ(raw_connection(file).number("select count(*) from stream"), 0);
}

TEST_F(sqlite_journals, fail_an_append_that_meets_a_row_of_somebody_else_and_go_on) {
  auto journal = open();
  caller call(*journal);
  EXPECT_EQ(call.append(one_event("s", 0)), 1U);
  raw_connection(file).execute("insert into event select id, 2, 'x', 1, 'x' from stream");
  EXPECT_EQ(call.append(one_event("s", 1)), std::unexpected(journal_errc::corrupt));
  EXPECT_EQ(call.append(one_event("other", 0)), 1U);
}

}  // namespace
}  // namespace troupe
