#include "adapters/sqlite/event_log.hpp"

#include <memory>

#include <gtest/gtest.h>

#include <troupe/sim.hpp>

#include "adapters/sqlite/fixture.hpp"
#include "core/memory_log.hpp"
#include "tests/conformance/ports/event_log_suite.hpp"

namespace troupe::conformance {
namespace {

class in_a_file {
 public:
  ports::event_log& log() { return *store_; }
  troupe::system& system() { return world_->system(); }
  /// As after the end of a process.
  void reopen() {
    world_.reset();
    store_.reset();
    store_ = open();
    world_.emplace(2);
  }

 private:
  std::unique_ptr<sqlite::event_log> open() {
    return sqlite::event_log::open(folder_.path / "events.sqlite3", lines_, {.lane_events_max = 4})
        .value();
  }

  sqlite::temporary_folder folder_{sqlite::fast_directory()};
  core::memory_log lines_;
  std::unique_ptr<sqlite::event_log> store_ = open();
  std::optional<sim::simulation> world_{std::in_place, 1};
};

INSTANTIATE_TYPED_TEST_SUITE_P(sqlite, event_logs, in_a_file);

using event_log_in_a_file = event_logs<in_a_file>;

TEST_F(event_log_in_a_file, has_everything_after_a_restart_and_counts_on) {
  EXPECT_TRUE(append(1, {"a", "b", "c"}));
  const std::uint64_t first = read(1)[0].id;
  EXPECT_TRUE(ask(remove_events{1, first}).has_value());
  fixture.reopen();
  EXPECT_EQ(bodies(1), (texts{"b", "c"}));
  EXPECT_FALSE(append(1, {"d", "e", "f"})) << "that would be five";
  EXPECT_TRUE(append(1, {"d", "e"}));
  const std::uint64_t last = read(1)[3].id;
  EXPECT_TRUE(ask(remove_events{1, last}).has_value());
  fixture.reopen();
  EXPECT_TRUE(append(1, {"g"}));
  EXPECT_GT(read(1)[0].id, last) << "an id is not given twice";
}

TEST_F(event_log_in_a_file, headers_and_kinds_survive_too) {
  EXPECT_TRUE(append(1, {"a"}));
  const auto before = read(1);
  fixture.reopen();
  EXPECT_EQ(read(1)[0].what, before[0].what);
}

}  // namespace
}  // namespace troupe::conformance
