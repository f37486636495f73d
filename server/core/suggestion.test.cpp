#include "core/suggestion.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace troupe::core {
namespace {

TEST(suggestion, counts_edits_and_swaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("port", ""), 4U);
  EXPECT_EQ(edit_distance("prot", "port"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(suggestion, names_the_nearest_word) {
  const std::vector<std::string> known = {"http_server.address", "http_server.port", "log.level"};
  EXPECT_EQ(nearest("http_server.prot", known), "http_server.port");
  EXPECT_EQ(nearest("log.levle", known), "log.level");
}

TEST(suggestion, names_nothing_when_nothing_is_near) {
  const std::vector<std::string> known = {"http_server.port"};
  EXPECT_EQ(nearest("usage_stats.disabled", known), "");
  EXPECT_EQ(nearest(std::string(10'000, 'x'), known), "");
  EXPECT_EQ(nearest("port", {}), "");
}

}  // namespace
}  // namespace troupe::core
