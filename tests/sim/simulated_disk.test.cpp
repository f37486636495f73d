// SQLite on the simulated disk: what it has committed survives, and only that is promised.
#include "tests/sim/simulated_disk.hpp"

#include <memory>
#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace troupe::sim {
namespace {

struct closer {
  void operator()(sqlite3* opened) const { sqlite3_close_v2(opened); }
};
using connection = std::unique_ptr<sqlite3, closer>;

int run(const connection& on, const std::string& sql) {
  return sqlite3_exec(on.get(), sql.c_str(), nullptr, nullptr, nullptr);
}

connection open(const char* durability = "full") {
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open("test.db", &opened), SQLITE_OK);
  connection made(opened);
  EXPECT_EQ(run(made, "pragma journal_mode = wal"), SQLITE_OK);
  EXPECT_EQ(run(made, std::string("pragma synchronous = ") + durability), SQLITE_OK);
  EXPECT_EQ(run(made, "create table if not exists t(x integer primary key)"), SQLITE_OK);
  return made;
}

std::string text(const connection& on, const std::string& sql) {
  std::string result;
  const auto take = [](void* into, int, char** values, char**) {
    *static_cast<std::string*>(into) = values[0] ? values[0] : "";
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(on.get(), sql.c_str(), take, &result, nullptr), SQLITE_OK);
  return result;
}

int rows_after(simulated_disk& disk, const char* durability, bool power_fails) {
  auto opened = open(durability);
  int inserted = 0;
  while (inserted < 20 &&
         run(opened, "insert into t values (" + std::to_string(inserted + 1) + ")") == SQLITE_OK) {
    ++inserted;
  }
  EXPECT_EQ(inserted, 20);
  if (power_fails) {
    disk.lose_power();
  } else {
    disk.lose_process();
  }
  EXPECT_NE(run(opened, "insert into t values (100)"), SQLITE_OK) << "it is gone";
  opened.reset();
  opened = open(durability);
  EXPECT_EQ(text(opened, "pragma integrity_check"), "ok");
  return std::stoi(text(opened, "select count(*) from t"));
}

TEST(simulated_disk, keeps_what_was_committed_when_the_process_or_the_power_fails) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    simulated_disk disk(seed);
    ASSERT_EQ(rows_after(disk, "full", seed % 2 == 0), 20) << "seed " << seed;
  }
}

TEST(simulated_disk, loses_what_was_not_synced) {
  int lost = 0;
  std::uint64_t torn = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    simulated_disk disk(seed);
    lost += rows_after(disk, "normal", true) < 20 ? 1 : 0;  // which syncs a checkpoint alone
    torn += disk.counts().torn_writes;
  }
  EXPECT_GT(lost, 0);
  EXPECT_GT(torn, 0U);
}

TEST(simulated_disk, that_is_full_refuses_and_works_again_when_there_is_room) {
  simulated_disk disk(1);
  const auto opened = open();
  disk.set_full(true);
  EXPECT_EQ(run(opened, "insert into t values (1)"), SQLITE_FULL);
  disk.set_full(false);
  EXPECT_EQ(run(opened, "insert into t values (1)"), SQLITE_OK);
  EXPECT_GT(disk.counts().full, 0U);
}

TEST(simulated_disk, that_fails_now_and_then_damages_nothing) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    simulated_disk disk(seed);
    auto opened = open();
    disk.set_errors(5);
    int stored = 0;
    for (int i = 1; i <= 50; ++i) {
      stored += run(opened, "insert into t values (" + std::to_string(i) + ")") == SQLITE_OK;
    }
    disk.set_errors(0);
    disk.lose_power();
    opened.reset();
    opened = open();
    EXPECT_EQ(text(opened, "pragma integrity_check"), "ok") << "seed " << seed;
    EXPECT_GE(std::stoi(text(opened, "select count(*) from t")), stored) << "seed " << seed;
    EXPECT_LT(stored, 50) << "nothing has failed";
  }
}

TEST(simulated_disk, does_the_same_for_the_same_seed) {
  const auto counts = [](std::uint64_t seed) {
    simulated_disk disk(seed);
    const int rows = rows_after(disk, "normal", true);
    return std::tuple(rows, disk.counts().lost_writes, disk.counts().torn_writes);
  };
  EXPECT_EQ(counts(5), counts(5));
}

}  // namespace
}  // namespace troupe::sim
