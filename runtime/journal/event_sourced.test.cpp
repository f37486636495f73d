#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

#include "journaled_account.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;
using namespace testing_journal;

class event_sourcing : public testing::Test, protected account_world {};

TEST_F(event_sourcing, an_event_is_applied_once_the_journal_has_acknowledged_it) {
  auto mine = open();
  EXPECT_EQ(add(mine, "1", 5), 5);
  EXPECT_EQ(seen, (std::vector{0, 5}));
  kept.fail_next(1);
  EXPECT_EQ(add(mine, "2", 7), std::unexpected(bank_errc::try_again));
  EXPECT_EQ(seen, (std::vector{0, 5, 5, 5}));
  EXPECT_EQ(add(mine, "2", 7), 12) << "nothing was stored, so the retry is a first try";
}

TEST_F(event_sourcing, a_restart_recovers_the_same_state) {
  auto mine = open();
  EXPECT_EQ(add(mine, "1", 5), 5);
  mine.tell(break_down{});
  EXPECT_EQ(state_of(mine).cents, 5);
  EXPECT_EQ(add(mine, "2", 5), 10);
  EXPECT_EQ(failures, std::vector<std::string>{"broken"});
}

TEST_F(event_sourcing, a_crash_of_the_whole_system_recovers_the_same_state) {
  EXPECT_EQ(add(open(), "1", 5), 5);
  crash();
  auto mine = open();
  EXPECT_EQ(state_of(mine).cents, 5);
  EXPECT_EQ(add(mine, "2", 1), 6);
  EXPECT_EQ(kept.stored("a").sequence, 2U);
}

TEST_F(event_sourcing, events_of_one_persist_are_stored_together_and_applied_in_order) {
  auto mine = open();
  EXPECT_EQ(world->system().ask(mine, deposit_twice{3}, 1s).value(), 2U);
  EXPECT_EQ(state_of(mine).events_applied, 2);
  EXPECT_EQ(kept.appends(), 1U);
  kept.fail_next(1);
  const auto failed = world->system().ask(mine, deposit_twice{3}, 1s);
  ASSERT_FALSE(failed);
  EXPECT_EQ(*failed.error().answer(), journal_errc::unavailable);
  EXPECT_EQ(state_of(mine).events_applied, 2) << "nothing of what was not stored";
}

TEST_F(event_sourcing, messages_wait_for_the_recovery) {
  EXPECT_EQ(add(open(), "1", 5), 5);
  crash();
  auto mine = open();
  std::vector<tell_status> told;
  for (int i = 0; i < 3; ++i) told.push_back(mine.tell(deposit{"again" + std::to_string(i), 1}));
  EXPECT_EQ(told, std::vector(3, tell_status::accepted));
  EXPECT_EQ(state_of(mine).cents, 8);
}

TEST_F(event_sourcing, recovers_more_events_than_one_page_holds) {
  memory_journal::contents contents;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    contents.records.push_back({i, {"deposited", 2, "1"}});
  }
  contents.sequence = 1000;
  kept.replace("a", contents);
  EXPECT_EQ(state_of(open()).cents, 1000);
}

TEST_F(event_sourcing, takes_a_snapshot_every_so_many_events_and_replays_only_what_follows_it) {
  auto mine = open({.snapshot_every = 10});
  for (int i = 1; i <= 23; ++i) ASSERT_EQ(add(mine, std::to_string(i), 1), i);
  EXPECT_EQ(kept.snapshots(), 2U);
  EXPECT_EQ(kept.stored("a").snapshot->sequence, 20U);
  crash();
  const balance recovered = state_of(open());
  EXPECT_EQ(recovered.cents, 23);
  EXPECT_EQ(recovered.events_applied, 3);
  EXPECT_EQ(add(open({.snapshot_every = 10}), "24", 1), 24);
  EXPECT_EQ(kept.snapshots(), 2U) << "it counts from the last snapshot, not from the start";
}

TEST_F(event_sourcing, a_snapshot_that_fails_does_not_fail_the_command) {
  auto mine = open({.snapshot_every = 2});
  EXPECT_EQ(add(mine, "1", 1), 1);
  mine.tell(deposit{"2", 1});
  EXPECT_TRUE(world->run_until([&] { return kept.appends() == 2; }, 1s));
  kept.fail_next(1);  // the snapshot is under way
  EXPECT_EQ(state_of(mine).cents, 2);
  EXPECT_EQ(kept.snapshots(), 0U);
  EXPECT_EQ(add(mine, "3", 1), 3);
  EXPECT_EQ(kept.snapshots(), 0U);
  EXPECT_EQ(add(mine, "4", 1), 4);
  EXPECT_EQ(kept.snapshots(), 1U) << "tried again two events later";
}

TEST_F(event_sourcing, reads_events_of_an_older_version) {
  kept.replace("a", {.sequence = 1, .records = {{1, {"deposited", 1, "3"}}}});
  EXPECT_EQ(state_of(open()).cents, 300);
}

TEST_F(event_sourcing, refuses_to_start_on_what_it_cannot_read_and_says_what_that_is) {
  kept.replace("a", {.sequence = 1, .records = {{1, {"deposited", 3, "1"}}}});
  EXPECT_EQ(start_failure(),
            "stream a: event deposited of version 3 is newer than version 2, the newest this "
            "program knows, at sequence 1");

  kept.replace("a",
               {.sequence = 2, .records = {{1, {"deposited", 2, "1"}}, {2, {"fined", 1, ""}}}});
  EXPECT_EQ(start_failure(),
            "stream a: event fined of version 1 is of no type that this program knows, at "
            "sequence 2");

  kept.replace("a", {.sequence = 1, .records = {{1, {"deposited", 2, "five"}}}});
  EXPECT_EQ(start_failure(),
            "stream a: event deposited of version 2 cannot be decoded, at sequence 1");

  kept.replace("a", {.sequence = 9, .snapshot = journal_snapshot{9, "balance", 4, "1"}});
  EXPECT_EQ(start_failure(),
            "stream a: snapshot balance of version 4 is newer than version 3, the newest this "
            "program knows, at sequence 9");

  kept.replace("a", {.sequence = 9, .snapshot = journal_snapshot{9, "basket", 1, "1"}});
  EXPECT_EQ(start_failure(),
            "stream a: a snapshot of basket, and this program keeps balance, at sequence 9");

  kept.replace("a", {.sequence = 9, .snapshot = journal_snapshot{9, "balance", 3, ""}});
  EXPECT_EQ(start_failure(),
            "stream a: snapshot balance of version 3 cannot be decoded, at sequence 9");
}

TEST_F(event_sourcing, refuses_to_start_on_a_stream_with_a_gap) {
  kept.replace("a",
               {.sequence = 3, .records = {{1, {"deposited", 2, "1"}}, {3, {"closed", 1, ""}}}});
  EXPECT_EQ(start_failure(), "stream a: corrupt: there is no event 2 of 3");
  kept.replace("a", {.sequence = 2, .records = {{1, {"deposited", 2, "1"}}}});
  EXPECT_EQ(start_failure(), "stream a: corrupt: there is no event 2 of 2");
}

TEST_F(event_sourcing, refuses_to_start_on_a_snapshot_beyond_the_end) {
  kept.replace("a", {.sequence = 3, .snapshot = journal_snapshot{9, "balance", 3, "1"}});
  EXPECT_EQ(start_failure(), "stream a: corrupt: a snapshot at sequence 9 is beyond the end, 3");
}

TEST_F(event_sourcing, starts_as_soon_as_the_journal_is_available_again) {
  EXPECT_EQ(add(open(), "1", 5), 5);
  crash();
  kept.fail_next(2);
  EXPECT_EQ(state_of(open()).cents, 5);
  EXPECT_EQ(failures, std::vector<std::string>(2, "stream a: the journal answers unavailable"));
}

// ---- two writers, stops, faults ----------------------------------------------------------------

TEST_F(event_sourcing, of_two_writers_the_slower_one_restarts_with_what_the_other_stored) {
  auto first = open();
  auto second = open();
  EXPECT_EQ(state_of(second).cents, 0);
  EXPECT_EQ(add(first, "1", 5), 5);
  EXPECT_EQ(add(second, "2", 1), std::unexpected(bank_errc::try_again));
  EXPECT_EQ(state_of(second).cents, 5);
  EXPECT_EQ(add(second, "2", 1), 6);
}

TEST_F(event_sourcing, an_actor_that_is_stopped_while_it_persists_ends_at_once) {
  auto mine = open();
  EXPECT_EQ(add(mine, "1", 5), 5);
  mine.tell(deposit{"2", 5});
  mine.stop();
  EXPECT_TRUE(world->system().wait_stopped(mine, 1s));
  EXPECT_EQ(state_of(open()).cents, static_cast<int>(kept.stored("a").sequence) * 5);
}

// A client that sends each command until it has an answer. Whatever fails in between, each command

}  // namespace
}  // namespace troupe
