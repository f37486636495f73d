#include "services/hub/tags_filter.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

using protocol::filter_node;

filter_node leaf(std::string cmp, std::string val = "", std::vector<std::string> vals = {}) {
  filter_node made;
  made.key = "k";
  made.cmp = std::move(cmp);
  made.val = std::move(val);
  made.vals = std::move(vals);
  return made;
}

filter_node joined(std::string op, std::vector<filter_node> nodes) {
  filter_node made;
  made.op = std::move(op);
  made.nodes = std::move(nodes);
  return made;
}

bool matches(const filter_node& filter, const tags_filter::tags& tags) {
  return tags_filter::make(filter).value().matches(tags);
}
/// Of the tag that leaf() is about.
bool matches(const filter_node& filter, const std::string& tag) {
  return matches(filter, tags_filter::tags{{"other", "x"}, {"k", tag}});
}
bool matches_nothing(const filter_node& filter) {
  return matches(filter, tags_filter::tags{{"other", "x"}});
}

TEST(a_tags_filter, compares_texts) {
  EXPECT_TRUE(matches(leaf("eq", "a"), "a"));
  EXPECT_FALSE(matches(leaf("eq", "a"), "A"));
  EXPECT_FALSE(matches(leaf("neq", "a"), "a"));
  EXPECT_TRUE(matches(leaf("neq", "a"), "b"));
  EXPECT_TRUE(matches(leaf("sw", "ab"), "abc"));
  EXPECT_FALSE(matches(leaf("sw", "bc"), "abc"));
  EXPECT_TRUE(matches(leaf("ew", "bc"), "abc"));
  EXPECT_FALSE(matches(leaf("ew", "ab"), "abc"));
  EXPECT_TRUE(matches(leaf("ct", "b"), "abc"));
  EXPECT_FALSE(matches(leaf("ct", "d"), "abc"));
}

TEST(a_tags_filter, looks_a_tag_up_in_a_list) {
  EXPECT_TRUE(matches(leaf("in", "", {"z", "a", "m"}), "m"));
  EXPECT_FALSE(matches(leaf("in", "", {"z", "a"}), "m"));
  EXPECT_FALSE(matches(leaf("nin", "", {"z", "a", "m"}), "m"));
  EXPECT_TRUE(matches(leaf("nin", "", {"z", "a"}), "m"));
}

TEST(a_tags_filter, asks_whether_a_tag_is_there) {
  EXPECT_TRUE(matches(leaf("ex"), ""));
  EXPECT_FALSE(matches(leaf("nex"), ""));
}

TEST(a_tags_filter, compares_numbers_by_value) {
  for (const auto& [cmp, below, same, above] :
       std::vector<std::tuple<std::string, bool, bool, bool>>{{"lt", true, false, false},
                                                              {"lte", true, true, false},
                                                              {"gt", false, false, true},
                                                              {"gte", false, true, true}}) {
    EXPECT_EQ(matches(leaf(cmp, "10"), "9.5"), below) << cmp;
    EXPECT_EQ(matches(leaf(cmp, "10"), "10.0"), same) << cmp;
    EXPECT_EQ(matches(leaf(cmp, "10"), "100"), above) << cmp;
    EXPECT_FALSE(matches(leaf(cmp, "10"), "ten")) << cmp;
    EXPECT_FALSE(matches(leaf(cmp, "ten"), "10")) << cmp;
  }
}

TEST(a_tags_filter, takes_a_missing_tag_for_another_value) {
  for (const char* cmp : {"eq", "sw", "ew", "ct", "lt", "lte", "gt", "gte"}) {
    EXPECT_FALSE(matches_nothing(leaf(cmp, "1"))) << cmp;
  }
  EXPECT_FALSE(matches_nothing(leaf("in", "", {"1"})));
  EXPECT_TRUE(matches_nothing(leaf("in", "", {"1", ""})));
  EXPECT_FALSE(matches_nothing(leaf("ex")));
  EXPECT_TRUE(matches_nothing(leaf("neq", "1")));
  EXPECT_TRUE(matches_nothing(leaf("nin", "", {"1"})));
  EXPECT_TRUE(matches_nothing(leaf("nex")));
}

TEST(a_tags_filter, joins_what_is_below) {
  const filter_node yes = leaf("ex");
  const filter_node no = leaf("nex");
  for (const bool a : {true, false}) {
    for (const bool b : {true, false}) {
      const std::vector<filter_node> both = {a ? yes : no, b ? yes : no};
      EXPECT_EQ(matches(joined("and", both), "x"), a && b);
      EXPECT_EQ(matches(joined("or", both), "x"), a || b);
    }
    EXPECT_EQ(matches(joined("not", {a ? yes : no}), "x"), !a);
  }
  EXPECT_TRUE(matches(joined("and", {joined("or", {no, yes}), joined("not", {no})}), "x"));
}

filter_errc refusal_of(const filter_node& filter) {
  const auto made = tags_filter::make(filter);
  EXPECT_FALSE(made.has_value());
  return made ? filter_errc{} : made.error();
}

TEST(a_tags_filter, is_refused_when_something_is_missing_or_too_much) {
  filter_node without_key = leaf("eq", "1");
  without_key.key.clear();
  const std::vector<filter_node> wrong = {
      leaf("eq"),
      leaf("eq", "1", {"2"}),
      leaf("in"),
      leaf("in", "1", {"2"}),
      leaf("nin", "1"),
      leaf("ex", "1"),
      leaf("nex", "", {"1"}),
      leaf(""),
      leaf("equals", "1"),
      leaf("EQ", "1"),
      without_key,
      joined("and", {}),
      joined("or", {}),
      joined("not", {}),
      joined("not", {leaf("ex"), leaf("ex")}),
      joined("xor", {leaf("ex")}),
      joined("and", {leaf("ex"), leaf("eq")}),
  };
  for (const filter_node& each : wrong) {
    EXPECT_EQ(refusal_of(each), filter_errc::malformed) << each.op << each.cmp;
  }
  filter_node any_key = leaf("ex");
  any_key.key.clear();
  EXPECT_TRUE(matches(any_key, tags_filter::tags{{"", "there"}}));
}

filter_node nested(std::size_t depth) {
  filter_node made = leaf("ex");
  for (std::size_t i = 1; i < depth; ++i) made = joined("not", {made});
  return made;
}

TEST(a_tags_filter, is_bounded) {
  EXPECT_TRUE(tags_filter::make(nested(filter_limits::depth_max)));
  EXPECT_EQ(refusal_of(nested(filter_limits::depth_max + 1)), filter_errc::too_large);

  std::vector<filter_node> many(filter_limits::nodes_max - 1, leaf("ex"));
  EXPECT_TRUE(tags_filter::make(joined("and", many)));
  many.push_back(leaf("ex"));
  EXPECT_EQ(refusal_of(joined("and", many)), filter_errc::too_large);

  const std::vector<std::string> values(filter_limits::values_max, "v");
  EXPECT_TRUE(tags_filter::make(leaf("in", "", values)));
  EXPECT_EQ(refusal_of(joined("or", {leaf("in", "", values), leaf("nin", "", {"one more"})})),
            filter_errc::too_large);
}

}  // namespace
}  // namespace troupe::hub
