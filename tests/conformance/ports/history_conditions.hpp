// history_conditions.hpp — the part of history_suite.hpp about what is kept out of a stream:
// repetitions and outdated versions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/conformance/ports/history_fixture.hpp"

namespace troupe::conformance {

TEST_P(history_suite, a_key_that_comes_again_gets_the_first_position_again) {
  using enum ports::append_result::outcome;
  const auto first = append_keyed("news", "k1");
  EXPECT_EQ(first.what, appended);
  EXPECT_EQ(append_keyed("news", "k2").position.offset, 2U);
  append("news", "without a key");
  EXPECT_EQ(append_keyed("news", "k1"), (ports::append_result{first.position, repeated}));
  EXPECT_EQ(read("news").publications.size(), 3U) << "nothing was written";
  EXPECT_EQ(append_keyed("other", "k1").what, appended) << "each stream has keys of its own";
}

TEST_P(history_suite, a_key_outlives_its_publication) {
  using enum ports::append_result::outcome;
  append_keyed("news", "k1");
  remove("news");
  EXPECT_EQ(append_keyed("news", "k1").what, repeated);
  for (int i = 0; i < 20; ++i) append("news", "x");
  EXPECT_EQ(append_keyed("news", "k1").what, repeated);
  advance(limits.ttl);
  sweep();
  EXPECT_EQ(append_keyed("news", "k1"),
            (ports::append_result{{1, read("news").top.epoch}, repeated}));
}

TEST_P(history_suite, a_key_is_forgotten_after_its_time) {
  using enum ports::append_result::outcome;
  append_keyed("news", "k1");
  advance(ports::idempotency_ttl - milliseconds(1));
  sweep();
  EXPECT_EQ(append_keyed("news", "k1").what, repeated);
  advance(milliseconds(1));
  EXPECT_EQ(append_keyed("news", "k1").position.offset, 2U) << "a repetition did not prolong it";
  EXPECT_EQ(append_keyed("news", "k1").what, repeated) << "and now it is known again";
}

TEST_P(history_suite, keys_go_with_their_stream) {
  const ports::history_limits brief{.size = 1, .ttl = milliseconds(1), .meta_ttl = milliseconds(1)};
  append_if("news", {}, {.idempotency_key = "k"}, brief);
  advance(milliseconds(1));
  const auto again = append_if("news", {}, {.idempotency_key = "k"}, brief);
  EXPECT_EQ(again, (ports::append_result{{1, read("news").top.epoch}}));
}

TEST_P(history_suite, any_text_can_be_a_key) {
  const std::vector<std::string> keys = {
      "a", "A", "it's", std::string("\0\xff", 2), std::string("\0", 1), std::string(300, 'k')};
  for (const auto& key : keys) {
    EXPECT_EQ(append_keyed("news", key).what, ports::append_result::outcome::appended) << key;
  }
  std::uint64_t offset = 0;
  for (const auto& key : keys)
    EXPECT_EQ(append_keyed("news", key).position.offset, ++offset) << key;
}

TEST_P(history_suite, a_version_that_is_not_newer_is_left_out) {
  using enum ports::append_result::outcome;
  EXPECT_EQ(append_version("news", 5).what, appended);
  const auto top = read("news").top;
  EXPECT_EQ(append_version("news", 5), (ports::append_result{top, outdated}));
  EXPECT_EQ(append_version("news", 4).what, outdated);
  EXPECT_EQ(append_version("news", 6).what, appended);
  append("news", "of no version");
  EXPECT_EQ(append_version("news", 6).what, outdated) << "the version has stayed";
  EXPECT_EQ(append_version("other", 1).what, appended);
  EXPECT_EQ(read("news").publications.size(), 3U);
  EXPECT_EQ(append_version("news", UINT64_MAX).what, appended);
  EXPECT_EQ(append_version("news", UINT64_MAX - 1).what, outdated);
}

TEST_P(history_suite, versions_of_different_epochs_are_not_compared) {
  using enum ports::append_result::outcome;
  EXPECT_EQ(append_version("news", 5, "a").what, appended);
  EXPECT_EQ(append_version("news", 5, "a").what, outdated);
  EXPECT_EQ(append_version("news", 1, "b").what, appended);
  EXPECT_EQ(append_version("news", 5, "a").what, appended);
  EXPECT_EQ(append_version("news", 4).what, outdated) << "without an epoch it is compared with any";
}

TEST_P(history_suite, a_version_outlives_its_publication_but_not_its_stream) {
  using enum ports::append_result::outcome;
  append_version("news", 5);
  remove("news");
  advance(limits.ttl);
  sweep();
  EXPECT_EQ(append_version("news", 5).what, outdated);
  advance(hours(1));
  EXPECT_EQ(append_version("news", 1).what, appended);
}

}  // namespace troupe::conformance
