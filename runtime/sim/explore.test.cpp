// The test kit on tests that fail: what it finds, what it leaves of it, and that it comes again.
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim_explore.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct read {
  using reply = int;
};
struct write {
  int value;
};
class cell_of_memory final : public actor {
 public:
  int on(read) { return value_; }
  void on(write m) { value_ = m.value; }

 private:
  int value_ = 0;
};

/// Adds one to a number that is kept elsewhere, in two steps: others may come in between.
struct add_one {};
class careless_counter final : public actor {
 public:
  explicit careless_counter(ref<cell_of_memory> at) : at_(at) {}
  task<void> on(add_one) {
    const auto before = co_await at_.ask(read{}, 1s);
    if (before) at_.tell(write{*before + 1});
  }

 private:
  ref<cell_of_memory> at_;
};

/// Passes the order on, over others of its kind: so the plainest run has time to end.
class messenger final : public actor {
 public:
  messenger(ref<careless_counter> to, int further) : to_(to), further_(further) {}
  void on(add_one) {
    if (further_ == 0) return void(to_.tell(add_one{}));
    spawn<messenger>(to_, further_ - 1).tell(add_one{});
  }

 private:
  ref<careless_counter> to_;
  int further_;
};

void count_to_two(sim::simulation& world) {
  auto memory = world.system().spawn<cell_of_memory>();
  auto other = world.system().spawn<careless_counter>(memory);
  world.system().spawn<careless_counter>(memory).tell(add_one{});
  world.system().spawn<messenger>(other, 6).tell(add_one{});
  world.settle();
  sim::require(world.system().ask(memory, read{}, 1s) == 2, "both were counted");
}

TEST(explore, finds_a_lost_update_and_reduces_it_to_a_few_choices) {
  const auto found = sim::explore({.seeds = 100}, count_to_two);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failed->claim, "both were counted");
  EXPECT_GE(found.failed->reduced.choices.size(), 1U);
  EXPECT_LE(found.failed->reduced.choices.size(), 6U);
  EXPECT_LE(found.failed->reduced.choices.size(), found.failed->found.choices.size());
}

TEST(explore, what_is_reduced_fails_again_with_the_same_claim) {
  const auto found = sim::explore({.seeds = 100}, count_to_two);
  ASSERT_FALSE(found);
  sim::simulation again(found.failed->seed, {.replay = found.failed->reduced});
  EXPECT_THROW(count_to_two(again), sim::violation);
  EXPECT_EQ(again.choices(), found.failed->reduced);
}

TEST(explore, says_the_seed_the_last_turns_and_the_command_to_play_it_again) {
  const auto found = sim::explore({.seeds = 100}, count_to_two);
  ASSERT_FALSE(found);
  std::ostringstream text;
  text << found;
  const std::string seed = std::to_string(found.failed->seed);
  EXPECT_NE(text.str().find("seed " + seed), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("cell_of_memory#"), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("TROUPE_SIM_SEED=" + seed +
                            " TROUPE_SIM_REPLAY=" + found.failed->reduced.text() + " "),
            std::string::npos)
      << text.str();
}

/// Sets a variable of the environment while it lives.
class environment {
 public:
  environment(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~environment() { unsetenv(name_); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

 private:
  const char* name_;
};

TEST(explore, the_environment_plays_one_log_of_one_seed) {
  const auto found = sim::explore({.seeds = 100}, count_to_two);
  ASSERT_FALSE(found);
  const environment seed("TROUPE_SIM_SEED", std::to_string(found.failed->seed));
  {
    const environment log("TROUPE_SIM_REPLAY", found.failed->reduced.text());
    const auto again = sim::explore({.seeds = 100}, count_to_two);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.seeds_run, 1U);
    EXPECT_EQ(again.failed->found, found.failed->reduced);
    EXPECT_EQ(again.failed->last_turns, found.failed->last_turns);
  }
  const environment plainest("TROUPE_SIM_REPLAY", "-");
  const auto passed = sim::explore({.seeds = 100}, count_to_two);
  EXPECT_TRUE(passed) << passed;
  EXPECT_EQ(passed.seeds_run, 1U);
}

TEST(explore, a_variable_that_is_no_number_or_no_log_is_refused) {
  {
    const environment seed("TROUPE_SIM_SEED", "seven");
    EXPECT_THROW(sim::explore({}, count_to_two), std::invalid_argument);
  }
  const environment log("TROUPE_SIM_REPLAY", "1:");
  EXPECT_THROW(sim::explore({}, count_to_two), std::invalid_argument);
}

TEST(explore, runs_all_seeds_of_a_test_that_holds) {
  const auto found = sim::explore({.seeds = 30}, [](sim::simulation& world) {
    world.run_for(1s);
    sim::require(true, "nothing is wrong");
  });
  EXPECT_TRUE(found) << found;
  EXPECT_EQ(found.seeds_run, 30U);
  EXPECT_EQ(found.virtual_time, 30s);
}

/// Two that talk to each other without end, and never let time pass.
struct ball {};
class player final : public actor {
 public:
  void on(ref<player> other) { other_ = other; }
  void on(ball) { other_.tell(ball{}); }

 private:
  ref<player> other_;
};

TEST(explore, actors_that_keep_each_other_busy_for_ever_fail_the_run) {
  for (const auto order : {sim::scheduling::random, sim::scheduling::priorities}) {
    const auto found = sim::explore({.seeds = 1, .order = order, .reduce_runs_max = 0},
                                    [](sim::simulation& world) {
                                      auto one = world.system().spawn<player>();
                                      auto other = world.system().spawn<player>();
                                      one.tell(other);
                                      other.tell(one);
                                      one.tell(ball{});
                                      world.run_for(1s);
                                    });
    ASSERT_FALSE(found);
    EXPECT_NE(found.failed->claim.find("time did not move"), std::string::npos);
  }
}

TEST(choice_log, is_read_from_its_text) {
  const sim::choice_log log{{{3, 1}, {17, 400}}};
  EXPECT_EQ(log.text(), "3:1,17:400");
  EXPECT_EQ(sim::choice_log::parse("3:1,17:400"), log);
  EXPECT_EQ(sim::choice_log::parse("-"), sim::choice_log{});
  for (const char* wrong : {"", "3", "3:", "3:0", "3:1,", "3:1,3:2", "4:1,3:2", "a:1", "3:1;4:1"}) {
    EXPECT_EQ(sim::choice_log::parse(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace troupe
