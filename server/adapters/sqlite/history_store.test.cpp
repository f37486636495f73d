#include "adapters/sqlite/history_store.hpp"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "adapters/sqlite/fixture.hpp"

namespace troupe::sqlite {
namespace {

using namespace std::chrono_literals;
using outcome = ports::append_result::outcome;

constexpr ports::history_limits limits{.size = 5000, .ttl = 1min, .meta_ttl = 1h};
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;

class store : public testing::Test {
 protected:
  ports::append_result append(const std::string& channel, std::int64_t now_ms = 0,
                              const std::string& key = "", ports::history_limits with = limits) {
    protocol::publication publication;
    publication.data = "x";
    return store_.append(core::channel_name(channel), publication, with, {.idempotency_key = key},
                         now_ms);
  }
  ports::history_page read(const std::string& channel, std::int64_t now_ms,
                           ports::history_filter filter = {}) {
    return store_.read(core::channel_name(channel), filter, limits, now_ms);
  }
  std::int64_t rows(const std::string& table) {
    statement asked(kept_->connection(), "select count(*) from " + table);
    return asked.step() ? asked.integer(0) : -1;
  }

  temporary_folder folder_;
  std::unique_ptr<database> kept_ =
      *database::open(folder_.path / "history", history_store::wanted_schema(), 100ms);
  history_store store_{*kept_, 1};
};

TEST_F(store, remembers_the_keys_of_the_newest_publications) {
  constexpr ports::history_limits one{.size = 1, .ttl = 1min, .meta_ttl = 1h};
  kept_->begin();
  for (std::uint64_t i = 1; i <= ports::idempotency_offsets_max + 1; ++i) {
    append("a", 0, "k" + std::to_string(i), one);
  }
  EXPECT_EQ(append("a", 0, "k2", one).position.offset, 2U);
  EXPECT_EQ(append("a", 0, "k1", one).what, outcome::appended);
  kept_->commit();
  EXPECT_EQ(rows("idempotency"), std::int64_t{ports::idempotency_offsets_max});
  EXPECT_EQ(rows("publication"), 1);
}

TEST_F(store, a_sweep_drops_a_bounded_part) {
  kept_->begin();
  for (int i = 0; i < 300; ++i) append("a");
  for (int i = 0; i < 50; ++i) append("b" + std::to_string(i), 0, "k");
  store_.sweep(minute_ms - 1, 100);
  EXPECT_EQ(rows("publication"), 350) << "nothing is over yet";
  store_.sweep(minute_ms, 100);
  EXPECT_EQ(rows("publication"), 250);
  EXPECT_TRUE(read("a", minute_ms).publications.empty()) << "over all the same";
  for (int i = 0; i < 4; ++i) store_.sweep(minute_ms, 100);
  EXPECT_EQ(rows("publication"), 0);
  EXPECT_EQ(rows("idempotency"), 50);
  store_.sweep(5 * minute_ms, 30);
  EXPECT_EQ(rows("idempotency"), 20);
  kept_->commit();
}

TEST_F(store, sweeps_leave_nothing_behind) {
  kept_->begin();
  for (int i = 0; i < 200; ++i) append("a", i, "k" + std::to_string(i));
  for (int i = 0; i < 200; ++i) read("b" + std::to_string(i), i);
  for (int i = 0; i < 10; ++i) store_.sweep(hour_ms - 1, 100);
  EXPECT_EQ(rows("stream"), 201);
  for (int i = 0; i < 10; ++i) store_.sweep(2 * hour_ms, 100);
  EXPECT_EQ(rows("stream"), 0);
  EXPECT_EQ(rows("publication"), 0);
  EXPECT_EQ(rows("idempotency"), 0);
  kept_->commit();
}

TEST_F(store, a_read_of_what_is_there_writes_nothing) {
  const core::channel_name news("news");
  EXPECT_TRUE(store_.read_writes(news, 0)) << "it makes the epoch";
  read("news", 0);
  EXPECT_FALSE(store_.read_writes(news, hour_ms - 1));
  read("news", hour_ms - 1);
  EXPECT_FALSE(store_.read_writes(news, 2 * hour_ms - 2)) << "the read has prolonged it";
  EXPECT_TRUE(store_.read_writes(news, 2 * hour_ms - 1));
}

TEST_F(store, writes_down_now_and_then_what_reads_have_prolonged) {
  kept_->begin();
  int written_down = 0;
  for (int i = 0; i < 10'001; ++i) {
    read("c" + std::to_string(i), 0);
    if (!store_.read_writes(core::channel_name("c0"), 0)) continue;
    ++written_down;
  }
  EXPECT_EQ(written_down, 1);
  kept_->commit();
}

TEST_F(store, an_offset_that_is_beyond_all_counting_is_beyond_all) {
  append("a");
  append("a");
  EXPECT_TRUE(read("a", 0, {.since_offset = UINT64_MAX}).publications.empty());
  EXPECT_EQ(read("a", 0, {.since_offset = UINT64_MAX, .reverse = true}).publications.size(), 2U);
}

}  // namespace
}  // namespace troupe::sqlite
