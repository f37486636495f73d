#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stream_fixture.hpp"

namespace troupe::stream_test {
namespace {

using namespace std::chrono_literals;

class stream : public testing::Test, protected stage {
 protected:
  void TearDown() override {
    clear();
    EXPECT_EQ(left_behind, 0);
  }
};

TEST_F(stream, gives_every_item_once_in_order_and_then_completes) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    const std::uint32_t window = 1 + static_cast<std::uint32_t>(seed) % 9;
    EXPECT_EQ(read(spawn<counter>(), count_to{200}, {.window = window}), "200 completed") << seed;
    EXPECT_EQ(read(spawn<feeder>(), feed{200}, {.window = window}), "200 completed") << seed;
    EXPECT_EQ(read(spawn<counter>(), count_to{0}), "0 completed") << seed;
  }
}

TEST_F(stream, has_never_more_items_under_way_than_its_window) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    for (const std::uint32_t window : {1U, 2U, 5U}) {
      begin(seed);
      read(spawn<counter>(), count_to{50}, {.window = window}, 1'000'000, 10ms);
      EXPECT_EQ(book.ahead_max, static_cast<int>(window)) << "it comes to the bound, seed " << seed;
      begin(seed);
      read(spawn<feeder>(), feed{50}, {.window = window}, 1'000'000, 10ms);
      EXPECT_EQ(book.moved_from, 0) << "what is not accepted is left as it is";
      EXPECT_EQ(book.ahead_max, static_cast<int>(window)) << "it comes to the bound, seed " << seed;
    }
  }
}

TEST_F(stream, takes_a_window_out_of_range_as_the_nearest_bound) {
  begin();
  EXPECT_EQ(read(spawn<counter>(), count_to{20}, {.window = 0}, 1'000'000, 1ms), "20 completed");
  EXPECT_EQ(book.ahead_max, 1);
}

TEST_F(stream, piped_gives_items_as_messages_within_the_window_and_then_its_end) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    auto who = world->system().spawn<piper<counter, count_to>>(spawn<counter>(), std::ref(book));
    world->system().ask(who, start_piping{.window = 3, .work = 1ms}, 1s);
    world->run_for(10s);
    EXPECT_EQ(piped(who), "100 completed") << seed;
    EXPECT_EQ(book.ahead_max, 3) << "an item counts until it has been handled, seed " << seed;
  }
}

TEST_F(stream, piped_and_closed_handles_no_item_any_more) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    auto source = spawn<feeder>();
    auto who = world->system().spawn<piper<feeder, feed>>(source, std::ref(book));
    world->system().ask(who, start_piping{.close_at = 10, .last = 14}, 1s);
    world->settle();
    EXPECT_EQ(piped(who), "10") << "who closes it needs no end, seed " << seed;
    EXPECT_EQ(world->system().ask(source, ping{}, 1s).value(), 0);
  }
}

TEST_F(stream, piped_through_a_function_that_throws_fails_the_actor_after_its_current_message) {
  for (std::uint64_t seed = 1; seed <= seed_count; ++seed) {
    begin(seed);
    auto who = world->system().spawn<piper<counter, count_to>>(spawn<counter>(), std::ref(book));
    world->system().ask(who, start_piping{.window = 4, .work = 10ms, .map_throws_at = 4}, 1s);
    world->run_for(1s);
    EXPECT_EQ(book.read, 3) << "what came before it is handled, seed " << seed;
    EXPECT_NE(book.writer_end.find("failed: the reader"), std::string::npos) << book.writer_end;

    begin(seed);
    const supervision ignore{.decide = [](const failure&) { return directive::resume; }};
    who = world->system().spawn<piper<counter, count_to>>(spawn_options{.on_failure = ignore},
                                                          spawn<counter>(), std::ref(book));
    world->system().ask(who, start_piping{.window = 1, .work = 1ms, .map_throws_at = 4}, 1s);
    world->run_for(1s);
    EXPECT_EQ(book.read, 99) << "its credit is not lost, seed " << seed;
  }
}

TEST_F(stream, of_an_actor_that_stores_writers_is_one_of_many_at_once) {
  constexpr int readers = 200;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    begin(seed);
    auto source = spawn<feeder>();
    std::vector<ref<piper<feeder, feed>>> pipers;
    for (int i = 0; i < readers; ++i) {
      pipers.push_back(world->system().spawn<piper<feeder, feed>>(source, std::ref(book)));
      pipers.back().tell(start_piping{.window = 2, .last = 20, .work = 1ms});
    }
    world->run_for(5ms);
    EXPECT_EQ(world->system().ask(source, ping{}, 1us).value_or(-1), readers)
        << "it answers while all of them are open";
    world->run_for(10s);
    for (const auto& each : pipers) EXPECT_EQ(piped(each), "20 completed") << seed;
    EXPECT_LE(book.ahead_max, 2 * readers);
    EXPECT_EQ(world->system().ask(source, ping{}, 1s).value(), 0);
  }
}

TEST_F(stream, under_simulation_runs_the_same_for_the_same_seed) {
  const auto trace = [&](std::uint64_t seed) {
    begin(seed);
    read(spawn<counter>(), count_to{100}, {.window = 3}, 1'000'000, 5ms);
    read(spawn<feeder>(), feed{100}, {.window = 3}, 1'000'000, 5ms);
    return world->trace_hash();
  };
  EXPECT_EQ(trace(7), trace(7));
  EXPECT_NE(trace(7), trace(8));
}

}  // namespace
}  // namespace troupe::stream_test
