#include "services/hub/connection_index.hpp"

#include <gtest/gtest.h>

namespace troupe::hub {
namespace {

class connection_index_with_ada_twice_and_bob : public testing::Test {
 protected:
  connection_index_with_ada_twice_and_bob() {
    index.insert(1, {{}, core::client_id("a1"), core::user_id("ada"), "s1"});
    index.insert(2, {{}, core::client_id("b1"), core::user_id("bob"), ""});
    index.insert(3, {{}, core::client_id("a2"), core::user_id("ada"), ""});
    index.insert(4, {{}, core::client_id("n1"), core::user_id(), ""});
  }

  std::string found(const std::string& user, const std::string& client = "",
                    const std::string& session = "") const {
    std::string ids;
    for (const connection* each : index.matching({user, client, session})) ids += each->id.text();
    return ids;
  }

  connection_index index;
};

TEST_F(connection_index_with_ada_twice_and_bob, finds_every_connection_of_a_user) {
  EXPECT_EQ(found("ada"), "a1a2");
  EXPECT_EQ(found("bob"), "b1");
  EXPECT_EQ(found("carol"), "");
  EXPECT_EQ(index.of_user(core::user_id("ada")), 2U);
  EXPECT_EQ(index.of_user(core::user_id("carol")), 0U);
}

TEST_F(connection_index_with_ada_twice_and_bob, finds_one_connection_whoever_it_is_of) {
  EXPECT_EQ(found("", "a2"), "a2");
  EXPECT_EQ(found("", "n1"), "n1");
  EXPECT_EQ(found("", "", "s1"), "a1");
}

TEST_F(connection_index_with_ada_twice_and_bob, finds_only_what_everything_given_is_true_of) {
  EXPECT_EQ(found("ada", "a2"), "a2");
  EXPECT_EQ(found("bob", "a2"), "");
  EXPECT_EQ(found("ada", "a1", "s1"), "a1");
  EXPECT_EQ(found("ada", "a2", "s1"), "");
  EXPECT_EQ(found("bob", "", "s1"), "");
}

TEST_F(connection_index_with_ada_twice_and_bob, names_nobody_when_nothing_is_given) {
  EXPECT_EQ(found(""), "") << "not the anonymous ones either";
}

TEST_F(connection_index_with_ada_twice_and_bob, counts_connections_and_users) {
  EXPECT_EQ(index.size(), 4U);
  EXPECT_EQ(index.user_count(), 3U);
}

TEST_F(connection_index_with_ada_twice_and_bob, forgets_what_is_erased) {
  EXPECT_TRUE(index.erase(1));
  EXPECT_FALSE(index.erase(1));
  EXPECT_EQ(found("ada"), "a2");
  EXPECT_EQ(found("", "a1"), "");
  EXPECT_EQ(found("", "", "s1"), "");
  EXPECT_EQ(index.find(1), nullptr);
  EXPECT_TRUE(index.erase(3));
  EXPECT_EQ(index.user_count(), 2U);
}

}  // namespace
}  // namespace troupe::hub
