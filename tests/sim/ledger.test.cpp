// Each oracle catches what it is for.
#include "tests/sim/ledger.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim_explore.hpp>

namespace troupe::sim {
namespace {

/// The claim that is broken; empty when none is.
template <class Function>
std::string broken_by(Function&& what) {
  try {
    what();
  } catch (const violation& found) {
    return found.what();
  }
  return "";
}

class a_ledger : public testing::Test {
 protected:
  a_ledger() {
    for (const char* each : {"a", "b", "c"}) book.sent("chat:x", each);
    book.acknowledged("chat:x", "a");
    book.delivered("chat:x", "e", 1, "a");
    book.delivered("chat:x", "e", 2, "b");
  }
  std::string stored(const std::vector<ledger::stored>& all, const char* epoch = "e") {
    return broken_by([&] { book.check_stored("chat:x", epoch, all); });
  }
  ledger book;
};

TEST_F(a_ledger, is_content_with_what_was_acknowledged_and_more_of_what_was_sent) {
  EXPECT_EQ(stored({{1, "a"}, {2, "b"}}), "");
  EXPECT_EQ(stored({{1, "a"}, {2, "b"}, {3, "c"}}), "");
}

TEST_F(a_ledger, finds_that_what_was_acknowledged_is_lost) {
  book.acknowledged("chat:x", "c");
  EXPECT_EQ(stored({{1, "a"}, {2, "b"}}), "what was acknowledged is stored");
}

TEST_F(a_ledger, finds_that_what_was_delivered_is_lost) {
  EXPECT_EQ(stored({{1, "a"}}), "what was delivered is stored");
}

TEST_F(a_ledger, finds_what_is_stored_twice_elsewhere_or_was_never_sent) {
  EXPECT_EQ(stored({{1, "a"}, {2, "b"}, {3, "a"}}), "what is stored is stored once");
  EXPECT_EQ(stored({{1, "b"}, {2, "a"}}), "what was delivered is stored at the same place");
  EXPECT_EQ(stored({{1, "a"}, {2, "b"}, {3, "z"}}), "what is stored was published");
}

TEST_F(a_ledger, finds_an_offset_that_is_left_out) {
  EXPECT_EQ(stored({{1, "a"}, {3, "b"}}), "offsets are without a gap");
}

TEST_F(a_ledger, finds_an_epoch_that_changes) {
  EXPECT_EQ(stored({{1, "a"}, {2, "b"}}, "f"), "the epoch of a persistent channel stays");
  EXPECT_EQ(broken_by([&] { book.delivered("chat:x", "f", 3, "c"); }),
            "the epoch of a persistent channel stays");
}

TEST_F(a_ledger, finds_subscribers_that_are_given_different_things_at_one_place) {
  EXPECT_EQ(broken_by([&] { book.delivered("chat:x", "e", 2, "c"); }),
            "all subscribers are given the same at one place");
  EXPECT_EQ(broken_by([&] { book.delivered("chat:x", "e", 3, "z"); }),
            "what is delivered was published");
}

}  // namespace
}  // namespace troupe::sim
