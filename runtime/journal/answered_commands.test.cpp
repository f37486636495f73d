// Commands are answered once: over retries, restarts, crashes and faults.
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

class answered_commands : public testing::Test, protected account_world {};

TEST_F(answered_commands, a_retry_gets_the_first_answer) {
  auto mine = open();
  EXPECT_EQ(add(mine, "1", 5), 5);
  EXPECT_EQ(add(mine, "2", 5), 10);
  EXPECT_EQ(add(mine, "1", 5), 5);
  mine.tell(break_down{});
  EXPECT_EQ(add(mine, "1", 5), 5) << "after a restart";
  crash();
  mine = open();
  EXPECT_EQ(add(mine, "1", 5), 5) << "after a crash";
  EXPECT_EQ(add(mine, "2", 5), 10);
  EXPECT_EQ(state_of(mine).cents, 10);
}

TEST_F(answered_commands, a_retry_of_a_command_in_flight_gets_the_first_answer) {
  auto mine = open();
  mine.tell(deposit{"1", 5});
  mine.tell(deposit{"1", 5});
  EXPECT_EQ(add(mine, "1", 5), 5);
  EXPECT_EQ(kept.appends(), 1U);
}

TEST_F(answered_commands, a_refusal_is_remembered_like_any_answer) {
  auto mine = open();
  EXPECT_EQ(add(mine, "1", 0), std::unexpected(bank_errc::refused));
  crash();
  EXPECT_EQ(add(open(), "1", 5), std::unexpected(bank_errc::refused)) << "the first answer";
  EXPECT_EQ(kept.stored("a").sequence, 0U);
}

TEST_F(answered_commands, a_retry_after_a_lost_acknowledgement_gets_the_first_answer) {
  auto mine = open();
  kept.lose_acknowledgements(1);
  EXPECT_EQ(add(mine, "1", 5), std::unexpected(bank_errc::try_again));
  EXPECT_EQ(add(mine, "other", 1), std::unexpected(bank_errc::try_again)) << "finds a conflict";
  EXPECT_EQ(failures,
            std::vector<std::string>{"stream a: another writer has moved it on from sequence 0"});
  EXPECT_EQ(add(mine, "1", 5), 5) << "what was stored has been recovered";
  EXPECT_EQ(state_of(mine).cents, 5);
}

TEST_F(answered_commands, answers_are_forgotten_beyond_the_count) {
  auto mine = open({.answers = {.count_max = 2}});
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(add(mine, std::to_string(i), 1), i);
  EXPECT_EQ(kept.stored("a").answers.size(), 2U);
  EXPECT_EQ(add(mine, "2", 1), 2);
  EXPECT_EQ(add(mine, "1", 1), 4) << "forgotten: a new command";
}

TEST_F(answered_commands, answers_are_forgotten_beyond_the_age) {
  auto mine = open({.answers = {.age_max = 10s}});
  EXPECT_EQ(add(mine, "1", 1), 1);
  world->run_for(9s);
  EXPECT_EQ(add(mine, "1", 1), 1);
  world->run_for(2s);
  EXPECT_EQ(add(mine, "1", 1), 2) << "forgotten: a new command";
  EXPECT_EQ(kept.stored("a").answers.size(), 1U);
}

TEST_F(answered_commands, an_answer_of_another_kind_fails_the_actor_and_not_the_caller_silently) {
  memory_journal::contents contents;
  contents.answers.push_back({"deposit/1", "not an answer", wall_time::max()});
  kept.replace("a", contents);
  auto mine = open();
  EXPECT_EQ(add(mine, "1", 1), std::unexpected(bank_errc::try_again));
  EXPECT_EQ(failures,
            std::vector<std::string>{"stream a: the stored answer to deposit/1 cannot be decoded"});
}

// A client that sends each command until it has an answer. Whatever fails in between, each command
// takes effect once.
class client final : public actor {
 public:
  client(ref<account> with, std::string name, int& answered) : answered_(answered) {
    with_ = with;
    name_ = std::move(name);
    self().tell(next{});
  }
  struct next {};
  static constexpr int commands = 10;

  task<> on(next) {
    const auto answer = co_await with_.ask(deposit{name_ + std::to_string(done_), 1}, 50ms);
    if (answer) {
      ++done_;
      ++answered_;
    } else {
      co_await sleep(duration(random().below(5'000'000)));
    }
    if (done_ < commands) self().tell(next{});
  }

 private:
  ref<account> with_;
  std::string name_;
  int& answered_;
  int done_ = 0;
};

class troubled_run : public testing::TestWithParam<std::uint64_t> {};

TEST_P(troubled_run, takes_each_command_into_account_exactly_once) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  memory_journal kept(1ms);
  sim::simulation world(GetParam());
  const supervision patient{.restarts_max = 1000};
  auto mine =
      world.system().spawn<account>(spawn_options{.on_failure = patient}, std::ref<journal>(kept),
                                    "a", event_sourced_options{.snapshot_every = 7});
  int answered = 0;
  constexpr int clients = 5;
  for (int i = 0; i < clients; ++i) {
    world.system().spawn<client>(mine, std::to_string(i) + "-", std::ref(answered));
  }
  random_source trouble(GetParam());
  for (int i = 0; i < 100 && answered < clients * client::commands; ++i) {
    world.run_for(duration(trouble.below(4'000'000)));
    switch (trouble.below(4)) {
      case 0:
        kept.fail_next(1 + static_cast<std::uint32_t>(trouble.below(3)));
        break;
      case 1:
        kept.lose_acknowledgements(1);
        break;
      case 2:
        mine.tell(break_down{});
        break;
      default:
        break;
    }
  }
  ASSERT_TRUE(world.run_until([&] { return answered == clients * client::commands; }, 5min));
  EXPECT_EQ(world.system().ask(mine, look{}, 1s).value().cents, answered);
  EXPECT_EQ(kept.stored("a").sequence, static_cast<std::uint64_t>(answered));
}

INSTANTIATE_TEST_SUITE_P(seeds, troubled_run, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace troupe
