#include "adapters/sqlite/history.hpp"

#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

#include "adapters/sqlite/fixture.hpp"
#include "core/memory_log.hpp"
#include "tests/conformance/ports/history_caller.hpp"
#include "tests/conformance/ports/history_suite.hpp"

namespace troupe::conformance {

/// A history and what it needs.
struct stored_history {
  sqlite::temporary_folder folder{sqlite::fast_directory()};
  core::memory_log log;
  std::unique_ptr<sqlite::history> store =
      *sqlite::history::open(folder.path / "history", 1, {.now = {}, .wall_now = {}}, log);
};

const history_adapter sqlite_adapter{.name = "sqlite", .make = [](system&) {
                                       const auto parts = std::make_shared<stored_history>();
                                       return std::shared_ptr<ports::history>(parts,
                                                                              parts->store.get());
                                     }};
INSTANTIATE_TEST_SUITE_P(adapters, history_suite, testing::Values(sqlite_adapter), adapter_name);

}  // namespace troupe::conformance

namespace troupe::sqlite {
namespace {

using namespace std::chrono_literals;
using outcome = ports::append_result::outcome;

constexpr ports::history_limits limits{.size = 100, .ttl = 1min, .meta_ttl = 1h};
constexpr wall_time start{std::chrono::hours(24 * 365 * 50)};

protocol::publication publication_of(const std::string& data) {
  protocol::publication made;
  made.data = data;
  return made;
}

/// One process: a history in a file, opened at a time of the wall clock, and an actor that calls
/// it. Its own clock begins anew, as that of each process does.
class process {
 public:
  process(const std::filesystem::path& file, wall_time at, history_options options = {})
      : store_(*history::open(file, ++seeds_, {.now = booted, .wall_now = at}, log, options)) {}

  auto append(const std::string& channel, protocol::publication publication,
              ports::append_conditions conditions = {}, duration later = 0s,
              ports::history_limits with = limits) {
    return world_.system().ask(
        caller_,
        conformance::append_history{core::channel_name(channel), std::move(publication), with,
                                    std::move(conditions), booted + later},
        10s);
  }
  auto append(const std::string& channel, const std::string& data, duration later = 0s) {
    return append(channel, publication_of(data), {}, later);
  }
  auto try_read(const std::string& channel, duration later = 0s) {
    return world_.system().ask(
        caller_, conformance::read_history{core::channel_name(channel), {}, limits, booted + later},
        10s);
  }
  ports::history_page read(const std::string& channel, duration later = 0s) {
    return try_read(channel, later).value();
  }
  void sweep(duration later) {
    store_->sweep(booted + later);
    read("a channel to move the line on", later);
  }

  core::memory_log log;

 private:
  static constexpr time_point booted{std::chrono::hours(3)};
  static inline std::uint64_t seeds_ = 0;

  std::unique_ptr<history> store_;
  sim::simulation world_{1};
  ref<conformance::history_caller> caller_ =
      world_.system().spawn<conformance::history_caller>(std::ref<ports::history>(*store_));
};

class stored : public testing::Test {
 protected:
  temporary_folder folder_;
  const std::filesystem::path file_ = folder_.path / "history";
};

template <class Result>
bool is_unavailable(const Result& result) {
  return !result && result.error().answer() != nullptr &&
         *result.error().answer() == ports::history_errc::unavailable;
}

// --- from one process to the next

TEST_F(stored, publications_come_back_as_they_were_and_offsets_go_on) {
  protocol::publication full = publication_of(std::string("{\"a\":\0\xff}", 8));
  full.info = protocol::client_info{
      .user = "ann", .client = "c-1", .conn_info = "{\"n\":1}", .chan_info = "[2]"};
  full.tags = {{"", "empty name"}, {"lang", "de"}};
  full.time_ms = 1'700'000'000'123;
  std::string epoch;
  {
    process first(file_, start);
    epoch = first.append("news", full).value().position.epoch;
    ASSERT_TRUE(first.append("news", "2"));
  }
  process second(file_, start + 1s);
  const auto page = second.read("news");
  EXPECT_EQ(page.top, (protocol::stream_position{2, epoch}));
  ASSERT_EQ(page.publications.size(), 2U);
  full.offset = 1;
  EXPECT_EQ(page.publications[0], full);
  EXPECT_EQ(second.append("news", "3").value().position, (protocol::stream_position{3, epoch}));
}

TEST_F(stored, an_epoch_that_a_read_made_stays) {
  const std::string epoch = process(file_, start).read("news").top.epoch;
  EXPECT_EQ(process(file_, start + 1s).read("news").top.epoch, epoch);
}

TEST_F(stored, keys_and_versions_hold_in_the_next_process) {
  {
    process first(file_, start);
    ASSERT_TRUE(first.append("news", publication_of("1"), {.idempotency_key = "k"}));
    ASSERT_TRUE(
        first.append("news", publication_of("2"), {.version = UINT64_MAX, .version_epoch = "e"}));
  }
  process second(file_, start + 1min);
  const auto repeated =
      second.append("news", publication_of("1"), {.idempotency_key = "k"}).value();
  EXPECT_EQ(repeated.what, outcome::repeated);
  EXPECT_EQ(repeated.position.offset, 1U);
  EXPECT_EQ(
      second.append("news", publication_of("3"), {.version = 7, .version_epoch = "e"}).value().what,
      outcome::outdated);
  process third(file_, start + 5min);
  EXPECT_EQ(third.append("news", publication_of("1"), {.idempotency_key = "k"}).value().what,
            outcome::appended);
}

TEST_F(stored, time_that_passes_between_processes_counts) {
  std::string epoch;
  {
    process first(file_, start);
    epoch = first.append("news", "1", 30s).value().position.epoch;
  }
  {
    process in_time(file_, start + 1min + 29s);
    EXPECT_EQ(in_time.read("news").publications.size(), 1U);
    EXPECT_TRUE(in_time.read("news", 1s).publications.empty());
  }
  {
    process after_the_ttl(file_, start + 1min + 30s);
    EXPECT_TRUE(after_the_ttl.read("news").publications.empty());
    EXPECT_EQ(after_the_ttl.read("news").top, (protocol::stream_position{1, epoch}));
  }
  process after_the_meta_ttl(file_, start + 3h);
  EXPECT_EQ(after_the_meta_ttl.read("news").top.offset, 0U);
  EXPECT_NE(after_the_meta_ttl.read("news").top.epoch, epoch)
      << "a position of before must not be taken for one of now";
}

TEST_F(stored, a_position_that_was_only_read_stays_from_its_last_use_before_a_sweep) {
  std::string epoch;
  {
    process first(file_, start);
    epoch = first.read("news").top.epoch;
    EXPECT_EQ(first.read("news", 59min).top.epoch, epoch);
    first.sweep(59min);
  }
  EXPECT_EQ(process(file_, start + 118min).read("news").top.epoch, epoch);
}

TEST_F(stored, a_size_of_retention_holds_from_one_process_to_the_next) {
  constexpr ports::history_limits three{.size = 3, .ttl = 1min, .meta_ttl = 1h};
  for (int i = 1; i <= 5; ++i) {
    process one(file_, start);
    ASSERT_TRUE(one.append("news", publication_of(std::to_string(i)), {}, 0s, three));
  }
  const auto page = process(file_, start).read("news");
  ASSERT_EQ(page.publications.size(), 3U);
  EXPECT_EQ(page.publications[0].offset, 3U);
  EXPECT_EQ(page.publications[0].data, "3");
}

// --- what cannot be opened

TEST_F(stored, a_file_of_a_newer_program_is_refused_and_left_alone) {
  std::string epoch;
  {
    epoch = process(file_, start).append("news", "1").value().position.epoch;
  }
  const auto set_version = [this](const char* sql) {
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &opened), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(opened, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(opened);
  };
  set_version("pragma user_version = 9");
  core::memory_log log;
  const auto refused = history::open(file_, 1, {}, log);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            file_.string() +
                ": has schema version 9, and this program knows versions up to 1: use a newer "
                "program");
  set_version("pragma user_version = 1");
  EXPECT_EQ(process(file_, start).read("news").top, (protocol::stream_position{1, epoch}));
}

TEST_F(stored, a_database_of_something_else_is_refused) {
  constexpr std::array<const char*, 1> other{"create table something (x integer)"};
  {
    ASSERT_TRUE(database::open(file_, {.application_id = 7, .migrations = other}, 100ms));
  }
  core::memory_log log;
  const auto refused = history::open(file_, 1, {}, log);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, file_.string() +
                                      ": is a database of something else: move it away, or use "
                                      "another storage.path");
}

TEST_F(stored, a_file_that_is_no_database_is_refused) {
  std::ofstream(file_) << std::string(4096, 'x');
  core::memory_log log;
  const auto refused = history::open(file_, 1, {}, log);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().what.starts_with(file_.string() + ": file is not a database"))
      << refused.error().what;
}

TEST_F(stored, a_folder_that_is_not_there_is_refused) {
  core::memory_log log;
  const auto refused = history::open(folder_.path / "none" / "history", 1, {}, log);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().what.contains("none/history: unable to open"))
      << refused.error().what;
}

// --- what cannot be stored

TEST_F(stored, a_full_disk_refuses_and_loses_nothing) {
  const std::string big(200'000, 'x');
  std::string epoch;
  std::uint64_t acknowledged = 0;
  {
    process one(file_, start);
    epoch = one.append("news", "first").value().position.epoch;
    acknowledged = 1;
    {
      const file_size_limit full(1'000'000);
      bool refused = false;
      for (int i = 0; i < 20 && !refused; ++i) {
        const auto result = one.append("news", big);
        refused = is_unavailable(result);
        if (result) acknowledged = result.value().position.offset;
      }
      ASSERT_TRUE(refused);
      EXPECT_EQ(one.read("news").top.offset, acknowledged) << "what is there can still be read";
      EXPECT_FALSE(one.log.lines().empty()) << "the operator hears of it";
    }
    EXPECT_EQ(one.append("news", "again").value().position,
              (protocol::stream_position{acknowledged + 1, epoch}));
  }
  const auto page = process(file_, start).read("news");
  EXPECT_EQ(page.top, (protocol::stream_position{acknowledged + 1, epoch}));
  EXPECT_EQ(page.publications.size(), acknowledged + 1);
}

TEST_F(stored, a_file_that_another_process_holds_refuses_until_it_is_let_go) {
  process one(file_, start, {.lock_wait_max = 10ms});
  ASSERT_TRUE(one.append("news", "1"));
  const auto other = *database::open(file_, history_store::wanted_schema(), 10ms);
  other->begin();
  EXPECT_TRUE(is_unavailable(one.append("news", "2")));
  EXPECT_EQ(one.read("news").top.offset, 1U);
  other->rollback();
  EXPECT_EQ(one.append("news", "2").value().position.offset, 2U);
}

TEST_F(stored, many_channels_share_each_sync) {
  constexpr std::uint64_t writers_count = 32;
  constexpr std::uint64_t publication_count = 50;
  core::memory_log log;
  const auto store = *history::open(file_, 1, {}, log);
  troupe::system system({.workers = 2});
  std::vector<ref<conformance::history_writer>> writers;
  for (std::uint64_t i = 0; i < writers_count; ++i) {
    writers.push_back(system.spawn<conformance::history_writer>(
        std::ref<ports::history>(*store), core::channel_name("c" + std::to_string(i)), limits));
  }
  for (const auto& each : writers) each.tell(conformance::write_history{publication_count});
  for (const auto& each : writers) {
    EXPECT_EQ(system.ask(each, conformance::writing_fault{}, 1min).value(), "");
  }
  EXPECT_LT(store->figures().commits, writers_count * publication_count / 2);
  system.shutdown(10s);
}

}  // namespace
}  // namespace troupe::sqlite
