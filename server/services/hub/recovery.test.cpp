#include "services/hub/recovery.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

using protocol::stream_position;

ports::history_page page(std::vector<std::uint64_t> offsets, std::uint64_t top) {
  ports::history_page made{.publications = {}, .top = {top, "e"}};
  for (const std::uint64_t offset : offsets) {
    protocol::publication publication;
    publication.offset = offset;
    made.publications.push_back(publication);
  }
  return made;
}

std::vector<std::uint64_t> offsets(const recovery& of) {
  std::vector<std::uint64_t> found;
  for (const auto& each : of.publications) found.push_back(each.offset);
  return found;
}
using offset_list = std::vector<std::uint64_t>;

TEST(a_recovery, is_all_that_came_after_the_position) {
  const recovery made = recover_all(page({6, 7}, 7), {5, "e"});
  EXPECT_TRUE(made.recovered);
  EXPECT_EQ(offsets(made), (offset_list{6, 7}));
  EXPECT_TRUE(recover_all(page({}, 5), {5, "e"}).recovered) << "nothing was missed";
  EXPECT_TRUE(recover_all(page({}, 0), {0, "e"}).recovered) << "of an empty stream as well";
}

TEST(a_recovery, with_a_hole_is_none) {
  for (const auto& [kept, from] : std::vector<std::pair<ports::history_page, std::uint64_t>>{
           {page({7}, 7), 5},     // the oldest has gone
           {page({6, 7}, 8), 5},  // more than a page
           {page({}, 7), 5},      // all have gone
           {page({}, 7), 9}}) {   // from a future that is not ours
    const recovery made = recover_all(kept, {from, "e"});
    EXPECT_FALSE(made.recovered);
    EXPECT_TRUE(made.publications.empty());
  }
}

TEST(a_recovery, knows_its_stream_by_the_epoch) {
  EXPECT_FALSE(recover_all(page({}, 5), {5, "other"}).recovered);
  EXPECT_FALSE(recover_all(page({}, 0), {0, "_"}).recovered);
  EXPECT_FALSE(recover_all(page({1, 2}, 2), {0, "_"}).recovered);
  EXPECT_TRUE(recover_all(page({}, 5), {5, ""}).recovered) << "an empty one is any";
}

TEST(a_recovery_of_the_newest, brings_it_wherever_one_was) {
  for (const stream_position& from :
       {stream_position{0, ""}, stream_position{0, "_"}, stream_position{5, "e"},
        stream_position{7, "other"}, stream_position{9, "e"}}) {
    const recovery made = recover_newest(page({7}, 7), from);
    EXPECT_TRUE(made.recovered);
    EXPECT_EQ(offsets(made), offset_list{7}) << from.offset << from.epoch;
  }
}

TEST(a_recovery_of_the_newest, brings_nothing_to_who_has_it) {
  const recovery made = recover_newest(page({7}, 7), {7, "e"});
  EXPECT_TRUE(made.recovered);
  EXPECT_TRUE(made.publications.empty());
}

TEST(a_recovery_of_the_newest, fails_when_it_has_gone_and_was_missed) {
  EXPECT_FALSE(recover_newest(page({}, 7), {5, "e"}).recovered);
  EXPECT_TRUE(recover_newest(page({}, 7), {7, "e"}).recovered);
  EXPECT_FALSE(recover_newest(page({}, 0), {0, "_"}).recovered);
}

TEST(what_a_recovery_reads, is_bounded) {
  EXPECT_EQ(missed_since({5, "e"}, 300).since_offset, 5U);
  EXPECT_EQ(missed_since({5, "e"}, 300).limit, 300U);
  EXPECT_EQ(newest().limit, 1U);
  EXPECT_TRUE(newest().reverse);
}

}  // namespace
}  // namespace troupe::hub
