#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/durable_state.hpp>
#include <troupe/memory_journal.hpp>
#include <troupe/sim.hpp>
#include <troupe/troupe.hpp>

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct preferences {
  static constexpr std::string_view state_name = "preferences";
  static constexpr std::uint32_t state_version = 2;
  std::string theme = "light";
  std::string encode() const { return theme; }
  static std::optional<preferences> decode(std::uint32_t version, std::string_view data) {
    if (data.empty()) return std::nullopt;
    return preferences{(version == 1 ? "old " : "") + std::string(data)};
  }
};

struct choose {
  using reply = std::expected<std::uint64_t, journal_errc>;
  std::string theme;
};
struct choose_once {
  using reply = std::expected<std::string, journal_errc>;
  std::string id;
  std::string theme;
};
struct theme {
  using reply = std::string;
};
struct break_down {};

class profile final : public durable_state<preferences> {
 public:
  explicit profile(journal& keeps) : durable_state(keeps, "profile") {}
  task<choose::reply> on(choose m) { return persist({m.theme}); }
  task<choose_once::reply> on(choose_once m) {
    if (auto first = answered<std::string>({"choose", m.id})) co_return *first;
    co_return co_await persist_answer({"choose", m.id}, "was " + state().theme,
                                      preferences{m.theme});
  }
  std::string on(theme) { return state().theme; }
  void on(break_down) { throw std::runtime_error("broken"); }
};

class durable_states : public testing::Test {
 protected:
  void crash() {
    world = make_world();
    failures.clear();  // of the old one's end
    mine = world->system().spawn<profile>(std::ref<journal>(kept));
  }
  std::string current() { return world->system().ask(mine, theme{}, 1min).value_or("no answer"); }
  std::unique_ptr<sim::simulation> make_world() {
    return std::make_unique<sim::simulation>(
        1, sim::options{.on_failure = [this](const failure& each, directive) {
          failures.push_back(each.what);
        }});
  }

  memory_journal kept{1ms};
  std::vector<std::string> failures;
  std::unique_ptr<sim::simulation> world = make_world();
  ref<profile> mine = world->system().spawn<profile>(std::ref<journal>(kept));
};

TEST_F(durable_states, begin_with_the_default_and_keep_what_was_persisted) {
  EXPECT_EQ(current(), "light");
  EXPECT_EQ(world->system().ask(mine, choose{"dark"}, 1s).value(), 1U);
  EXPECT_EQ(world->system().ask(mine, choose{"grey"}, 1s).value(), 2U);
  EXPECT_EQ(current(), "grey");
  mine.tell(break_down{});
  EXPECT_EQ(current(), "grey") << "after a restart";
  crash();
  EXPECT_EQ(current(), "grey") << "after a crash";
  EXPECT_TRUE(kept.stored("profile").records.empty());
}

TEST_F(durable_states, stay_as_they_were_when_the_journal_fails) {
  EXPECT_EQ(world->system().ask(mine, choose{"dark"}, 1s).value(), 1U);
  kept.fail_next(1);
  auto failed = world->system().ask(mine, choose{"grey"}, 1s);
  ASSERT_FALSE(failed);
  EXPECT_EQ(*failed.error().answer(), journal_errc::unavailable);
  EXPECT_EQ(current(), "dark");
}

TEST_F(durable_states, answer_a_command_once) {
  const auto ask = [this](const choose_once& m) {
    return world->system().ask(mine, m, 1min).value_or("no answer");
  };
  EXPECT_EQ(ask({"1", "dark"}), "was light");
  EXPECT_EQ(ask({"1", "dark"}), "was light");
  EXPECT_EQ(ask({"2", "grey"}), "was dark");
  crash();
  EXPECT_EQ(ask({"1", "dark"}), "was light");
  EXPECT_EQ(current(), "grey");
}

TEST_F(durable_states, read_an_older_version_and_refuse_a_newer_one) {
  kept.replace("profile",
               {.sequence = 1, .snapshot = journal_snapshot{1, "preferences", 1, "dark"}});
  crash();
  EXPECT_EQ(current(), "old dark");
  kept.replace("profile",
               {.sequence = 1, .snapshot = journal_snapshot{1, "preferences", 3, "dark"}});
  crash();
  world->settle();
  world->run_for(5ms);
  ASSERT_FALSE(failures.empty());
  EXPECT_EQ(failures.front(),
            "stream profile: snapshot preferences of version 3 is newer than version 2, the newest "
            "this program knows, at sequence 1");
}

TEST_F(durable_states, refuse_the_stream_of_an_event_sourced_actor) {
  kept.replace("profile", {.sequence = 1, .records = {{1, {"deposited", 1, ""}}}});
  crash();
  world->run_for(5ms);
  ASSERT_FALSE(failures.empty());
  EXPECT_EQ(failures.front(),
            "stream profile: event deposited of version 1 is in a stream that holds a state "
            "without events, at sequence 1");
}

}  // namespace
}  // namespace troupe
