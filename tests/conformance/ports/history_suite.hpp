// history_suite.hpp — what every adapter of ports/history.hpp has to do. An adapter's test program
// includes this once and names the adapter, in the namespace troupe::conformance:
//
//   INSTANTIATE_TEST_SUITE_P(memory, history_suite, testing::Values(adapter), adapter_name);
//
// Each test makes an empty history of its own. Calls are made by an actor of a simulation, so an
// adapter may suspend; one test runs on threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/conformance/ports/history_conditions.hpp"
#include "tests/conformance/ports/history_fixture.hpp"

namespace troupe::conformance {

// --- positions

TEST_P(history_suite, offsets_begin_at_1_and_have_no_holes) {
  for (std::uint64_t expected = 1; expected <= 20; ++expected) {
    EXPECT_EQ(append("news", "x").offset, expected);
  }
  EXPECT_EQ(read("news").top.offset, 20U);
}

TEST_P(history_suite, a_read_makes_the_epoch_of_a_new_stream) {
  const auto page = read("news");
  EXPECT_TRUE(page.publications.empty());
  EXPECT_EQ(page.top.offset, 0U);
  EXPECT_FALSE(page.top.epoch.empty());
  EXPECT_NE(page.top.epoch, "_") << "clients send it as the epoch that never matches";
}

TEST_P(history_suite, the_epoch_stays) {
  const std::string epoch = read("news").top.epoch;
  EXPECT_EQ(read("news", {.limit = 0}).top.epoch, epoch);
  EXPECT_EQ(append("news", "1").epoch, epoch);
  EXPECT_EQ(append("news", "2").epoch, epoch);
  EXPECT_EQ(read("news").top, (protocol::stream_position{2, epoch}));
}

TEST_P(history_suite, an_append_makes_the_epoch_too) {
  const auto position = append("news", "1");
  EXPECT_FALSE(position.epoch.empty());
  EXPECT_EQ(read("news").top, position);
}

TEST_P(history_suite, epochs_are_not_repeated) {
  constexpr int streams_count = 200;
  std::set<std::string> epochs;
  for (int i = 0; i < streams_count; ++i) epochs.insert(read("c" + std::to_string(i)).top.epoch);
  EXPECT_EQ(epochs.size(), std::size_t{streams_count});
}

// --- what is kept

TEST_P(history_suite, a_publication_comes_back_as_it_was_with_its_offset) {
  protocol::publication full;
  full.data = std::string("{\"a\":'\\\"\0\xff\n}", 12);
  full.info = protocol::client_info{
      .user = "ann", .client = "c-1", .conn_info = "{\"n\":1}", .chan_info = "[2]"};
  full.tags = {{"", "empty name"}, {"lang", "de"}, {"note", "it's"}};
  full.time_ms = 1'700'000'000'123;
  full.offset = 77;  // what the caller set means nothing
  append("news", full);
  append("news", "plain");

  const auto page = read("news");
  ASSERT_EQ(page.publications.size(), 2U);
  full.offset = 1;
  EXPECT_EQ(page.publications[0], full);
  EXPECT_EQ(page.publications[1].data, "plain");
  EXPECT_EQ(page.publications[1].info, std::nullopt);
}

TEST_P(history_suite, only_the_newest_are_kept) {
  append_numbered("news", 14);
  EXPECT_EQ(offsets("news"), (offset_list{5, 6, 7, 8, 9, 10, 11, 12, 13, 14}));
}

TEST_P(history_suite, a_size_of_1_keeps_the_last_one) {
  for (const char* data : {"1", "2", "3"}) {
    append("news", data, {.size = 1, .ttl = minutes(1), .meta_ttl = hours(1)});
    EXPECT_EQ(read("news").publications.size(), 1U);
  }
  EXPECT_EQ(offsets("news"), offset_list{3});
}

TEST_P(history_suite, the_limits_of_the_latest_append_count) {
  append_numbered("news", 8);
  append("news", "9", {.size = 3, .ttl = minutes(2), .meta_ttl = hours(1)});
  EXPECT_EQ(offsets("news"), (offset_list{7, 8, 9}));
  append("news", "10");
  EXPECT_EQ(offsets("news"), (offset_list{7, 8, 9, 10}));
  EXPECT_EQ(read("news", {}, {.size = 1, .ttl = milliseconds(1), .meta_ttl = hours(1)})
                .publications.size(),
            4U)
      << "a read does not cut";
}

// --- expiry

TEST_P(history_suite, publications_go_after_their_ttl_and_the_position_stays) {
  append_numbered("news", 3);
  const auto top = read("news").top;
  advance(minutes(1) - milliseconds(1));
  EXPECT_EQ(offsets("news"), (offset_list{1, 2, 3}));
  advance(milliseconds(1));
  const auto page = read("news");
  EXPECT_TRUE(page.publications.empty());
  EXPECT_EQ(page.top, top);
  EXPECT_EQ(append("news", "4"), (protocol::stream_position{4, top.epoch}));
  EXPECT_EQ(offsets("news"), offset_list{4}) << "what has gone does not come back";
}

TEST_P(history_suite, the_ttl_runs_from_the_latest_publication) {
  append("news", "1");
  advance(minutes(1) - milliseconds(1));
  append("news", "2");
  advance(minutes(1) - milliseconds(1));
  EXPECT_EQ(offsets("news"), (offset_list{1, 2}));
  advance(milliseconds(1));
  EXPECT_EQ(offsets("news"), offset_list{}) << "the read before did not prolong it";
}

TEST_P(history_suite, the_position_goes_after_its_meta_ttl) {
  append_numbered("news", 3);
  const std::string epoch = read("news").top.epoch;
  advance(hours(1));
  const auto page = read("news");
  EXPECT_EQ(page.top.offset, 0U);
  EXPECT_NE(page.top.epoch, epoch);
  EXPECT_EQ(append("news", "1"), (protocol::stream_position{1, page.top.epoch}));
}

TEST_P(history_suite, an_append_after_the_meta_ttl_begins_anew) {
  const auto first = append("news", "1");
  append("news", "2");
  advance(hours(1));
  const auto again = append("news", "1");
  EXPECT_EQ(again.offset, 1U);
  EXPECT_NE(again.epoch, first.epoch);
}

TEST_P(history_suite, each_use_prolongs_the_position) {
  const std::string epoch = read("news").top.epoch;
  for (int i = 1; i <= 3; ++i) {
    advance(hours(1) - milliseconds(1));
    EXPECT_EQ(read("news", {.limit = 0}).top.epoch, epoch);
    advance(hours(1) - milliseconds(1));
    EXPECT_EQ(append("news", "x").epoch, epoch);
  }
  EXPECT_EQ(read("news").top.offset, 3U);
}

TEST_P(history_suite, a_position_does_not_go_before_its_publications) {
  const ports::history_limits short_meta{
      .size = 10, .ttl = minutes(10), .meta_ttl = milliseconds(1)};
  const auto position = append("news", "1", short_meta);
  advance(minutes(10) - milliseconds(1));
  sweep();
  const auto page = read("news", {}, short_meta);
  EXPECT_EQ(page.publications.size(), 1U);
  EXPECT_EQ(page.top, position);
  advance(milliseconds(1));
  EXPECT_NE(read("news", {}, short_meta).top.epoch, position.epoch);
}

TEST_P(history_suite, a_century_and_more_is_no_trouble) {
  const ports::history_limits forever{
      .size = 10, .ttl = milliseconds::max(), .meta_ttl = milliseconds::max()};
  const auto position = append("news", "1", forever);
  advance(hours(24 * 365));
  sweep();
  EXPECT_EQ(read("news", {}, forever).top, position);
  EXPECT_EQ(offsets("news"), offset_list{1});
}

TEST_P(history_suite, a_sweep_drops_nothing_that_is_alive) {
  append_numbered("news", 3);
  const auto top = read("news").top;
  advance(minutes(1) - milliseconds(1));
  sweep();
  EXPECT_EQ(offsets("news"), (offset_list{1, 2, 3}));
  advance(milliseconds(1));
  sweep();
  EXPECT_EQ(offsets("news"), offset_list{});
  advance(hours(1) - milliseconds(1));
  sweep();
  EXPECT_EQ(read("news").top, top);
}

TEST_P(history_suite, sweeping_does_not_change_what_expires_when) {
  append_numbered("swept", 3);
  const std::string epoch = read("swept").top.epoch;
  advance(minutes(2));
  for (int i = 0; i < 3; ++i) sweep();
  EXPECT_EQ(append("swept", "4"), (protocol::stream_position{4, epoch}));
  advance(hours(1));
  for (int i = 0; i < 3; ++i) sweep();
  const auto page = read("swept");
  EXPECT_EQ(page.top.offset, 0U);
  EXPECT_NE(page.top.epoch, epoch);
}

// --- filters

TEST_P(history_suite, forward_reads_come_oldest_first) {
  append_numbered("news", 5);
  EXPECT_EQ(offsets("news"), (offset_list{1, 2, 3, 4, 5}));
  EXPECT_EQ(offsets("news", {.limit = 2}), (offset_list{1, 2}));
  EXPECT_EQ(offsets("news", {.since_offset = 2}), (offset_list{3, 4, 5}));
  EXPECT_EQ(offsets("news", {.since_offset = 2, .limit = 2}), (offset_list{3, 4}));
  EXPECT_EQ(offsets("news", {.since_offset = 0}), (offset_list{1, 2, 3, 4, 5}));
}

TEST_P(history_suite, reverse_reads_come_newest_first) {
  append_numbered("news", 5);
  EXPECT_EQ(offsets("news", {.reverse = true}), (offset_list{5, 4, 3, 2, 1}));
  EXPECT_EQ(offsets("news", {.limit = 2, .reverse = true}), (offset_list{5, 4}));
  EXPECT_EQ(offsets("news", {.since_offset = 4, .reverse = true}), (offset_list{3, 2, 1}));
  EXPECT_EQ(offsets("news", {.since_offset = 4, .limit = 2, .reverse = true}), (offset_list{3, 2}));
  EXPECT_EQ(offsets("news", {.since_offset = 1, .reverse = true}), offset_list{});
  EXPECT_EQ(offsets("news", {.since_offset = 0, .reverse = true}), offset_list{});
}

TEST_P(history_suite, a_since_outside_of_what_is_kept_is_not_an_error) {
  append_numbered("news", 13);  // 4..13 are kept
  constexpr std::uint64_t far = UINT64_MAX;
  EXPECT_EQ(offsets("news", {.since_offset = 2, .limit = 2}), (offset_list{4, 5}));
  EXPECT_EQ(offsets("news", {.since_offset = 12}), offset_list{13});
  EXPECT_EQ(offsets("news", {.since_offset = 13}), offset_list{});
  EXPECT_EQ(offsets("news", {.since_offset = 14}), offset_list{});
  EXPECT_EQ(offsets("news", {.since_offset = far}), offset_list{});
  EXPECT_EQ(offsets("news", {.since_offset = 4, .reverse = true}), offset_list{});
  EXPECT_EQ(offsets("news", {.since_offset = 5, .reverse = true}), offset_list{4});
  EXPECT_EQ(offsets("news", {.since_offset = 14, .limit = 1, .reverse = true}), offset_list{13});
  EXPECT_EQ(offsets("news", {.since_offset = far, .limit = 1, .reverse = true}), offset_list{13});
}

TEST_P(history_suite, a_limit_of_0_gives_the_position_only) {
  append_numbered("news", 3);
  for (const bool reverse : {false, true}) {
    const auto page = read("news", {.since_offset = 2, .limit = 0, .reverse = reverse});
    EXPECT_TRUE(page.publications.empty());
    EXPECT_EQ(page.top.offset, 3U);
  }
}

TEST_P(history_suite, a_limit_above_what_is_kept_gives_all) {
  append_numbered("news", 3);
  EXPECT_EQ(offsets("news", {.limit = SIZE_MAX}), (offset_list{1, 2, 3}));
  EXPECT_EQ(offsets("news", {.limit = SIZE_MAX, .reverse = true}), (offset_list{3, 2, 1}));
}

TEST_P(history_suite, every_filter_gives_the_top_position) {
  append_numbered("news", 5);
  const auto top = read("news").top;
  EXPECT_EQ(read("news", {.since_offset = 1, .limit = 2}).top, top);
  EXPECT_EQ(read("news", {.since_offset = 9}).top, top);
  EXPECT_EQ(read("news", {.since_offset = 3, .limit = 1, .reverse = true}).top, top);
}

// --- removal

TEST_P(history_suite, a_removal_drops_the_publications_and_keeps_the_position) {
  append_numbered("news", 3);
  const auto top = read("news").top;
  remove("news");
  const auto page = read("news");
  EXPECT_TRUE(page.publications.empty());
  EXPECT_EQ(page.top, top);
  EXPECT_EQ(append("news", "4"), (protocol::stream_position{4, top.epoch}));
  EXPECT_EQ(offsets("news"), offset_list{4});
}

TEST_P(history_suite, a_removal_of_nothing_succeeds) {
  remove("news");
  EXPECT_EQ(read("news").top.offset, 0U);
  const auto top = read("news").top;
  remove("news");
  remove("news");
  EXPECT_EQ(read("news").top, top);
}

// --- many channels

TEST_P(history_suite, channels_do_not_know_of_each_other) {
  append_numbered("a", 3);
  append_numbered("b", 5);
  append_numbered("A", 1);
  EXPECT_NE(read("a").top.epoch, read("b").top.epoch);
  remove("b");
  EXPECT_EQ(offsets("a"), (offset_list{1, 2, 3}));
  EXPECT_EQ(offsets("b"), offset_list{});
  EXPECT_EQ(offsets("A"), offset_list{1});
  EXPECT_EQ(read("b").top.offset, 5U);
  EXPECT_EQ(read("a ").top.offset, 0U);
}

TEST_P(history_suite, any_text_can_name_a_channel) {
  const std::vector<std::string> names = {"news", "news%", "new_", "$a:b#c,d",
                                          "it's", "\"q\"", "a\\",  std::string(255, 'x')};
  for (const std::string& name : names) EXPECT_EQ(append(name, name).offset, 1U) << name;
  for (const std::string& name : names) {
    const auto page = read(name);
    ASSERT_EQ(page.publications.size(), 1U) << name;
    EXPECT_EQ(page.publications[0].data, name);
  }
}

TEST_P(history_suite, random_calls_agree_with_the_model) {
  constexpr std::uint64_t seeds_count = 20;
  constexpr int calls_count = 300;
  for (std::uint64_t seed = 1; seed <= seeds_count && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed) + "; this test alone replays it");
    random_source random(seed);
    std::vector<modelled> channels(3);
    for (modelled& channel : channels) channel.name = std::to_string(names_given_++);
    for (int call = 0; call < calls_count && !HasFailure(); ++call) {
      one_random_call(channels[random.below(channels.size())], random);
    }
    for (const modelled& channel : channels) {
      std::set<std::string> different;
      for (const auto& [generation, epoch] : channel.epochs) different.insert(epoch);
      EXPECT_EQ(different.size(), channel.epochs.size());
    }
  }
}

TEST_P(history_suite, channels_are_written_by_many_actors_at_once) {
  constexpr int writers_count = 32;
  constexpr std::uint64_t publication_count = 200;
  troupe::system system({.workers = 4});
  const std::shared_ptr<ports::history> store = GetParam().make(system);
  std::vector<ref<history_writer>> writers;
  for (int i = 0; i < writers_count; ++i) {
    writers.push_back(system.spawn<history_writer>(
        std::ref(*store), core::channel_name("c" + std::to_string(i)), limits));
  }
  for (const auto& writer : writers) writer.tell(write_history{publication_count});
  for (const auto& writer : writers) {
    EXPECT_EQ(system.ask(writer, writing_fault{}, minutes(1)).value(), "");
  }
  system.shutdown(call_deadline);
}

}  // namespace troupe::conformance
