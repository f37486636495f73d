// What every journal promises, shown on each implementation.
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/journal_sqlite.hpp>
#include <troupe/memory_journal.hpp>
#include <troupe/troupe.hpp>

#include "journal_caller.hpp"

namespace troupe {
namespace {

using testing_journal::caller;
using testing_journal::temporary_folder;

/// Reopens what it has opened before: the same data.
class journal_under_test {
 public:
  virtual ~journal_under_test() = default;
  virtual journal& get() = 0;
  virtual void reopen() = 0;
};

class in_memory final : public journal_under_test {
 public:
  journal& get() override { return journal_; }
  void reopen() override {}

 private:
  memory_journal journal_;
};

class in_sqlite final : public journal_under_test {
 public:
  in_sqlite() { reopen(); }
  journal& get() override { return *journal_; }
  void reopen() override {
    journal_.reset();
    journal_ = sqlite_journal::open(folder_.path / "journal").value();
  }

 private:
  temporary_folder folder_;
  std::unique_ptr<sqlite_journal> journal_;
};

struct implementation {
  const char* name;
  std::unique_ptr<journal_under_test> (*make)();
};

class journals : public testing::TestWithParam<implementation> {
 protected:
  void SetUp() override {
    tested = GetParam().make();
    call.emplace(tested->get());
  }
  void reopen() {
    call.reset();
    tested->reopen();
    call.emplace(tested->get());
  }
  static journal_append events(const std::string& stream, std::uint64_t expected,
                               std::vector<std::string> data) {
    journal_append what{.stream = stream, .expected_sequence = expected};
    for (auto& each : data) what.events.push_back({"added", 1, std::move(each)});
    return what;
  }
  static wall_time at(std::int64_t milliseconds) {
    return wall_time(std::chrono::milliseconds(milliseconds));
  }
  static journal_append answer(const std::string& command, const std::string& data, wall_time when,
                               std::uint32_t keep = 100, wall_time since = {}) {
    return {.stream = "s",
            .answer = journal_answer{command, data, when},
            .answers_count_max = keep,
            .answers_since = since};
  }
  std::vector<std::string> remembered() {
    std::vector<std::string> all;
    for (const auto& each : call->load("s").value().answers) {
      all.push_back(each.command + "=" + each.data);
    }
    return all;
  }

  std::unique_ptr<journal_under_test> tested;
  std::optional<caller> call;
};

TEST_P(journals, number_the_events_of_each_stream_from_one) {
  EXPECT_EQ(call->append(events("s", 0, {"a", "b"})), 2U);
  EXPECT_EQ(call->append(events("other", 0, {"x"})), 1U);
  EXPECT_EQ(call->append(events("s", 2, {"c"})), 3U);
  reopen();
  const auto page = call->read("s", 0, 10).value();
  ASSERT_EQ(page.records.size(), 3U);
  EXPECT_FALSE(page.more);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(page.records[i].sequence, i + 1);
    EXPECT_EQ(page.records[i].event.type, "added");
    EXPECT_EQ(page.records[i].event.data, std::string(1, static_cast<char>('a' + i)));
  }
  EXPECT_EQ(call->load("s")->sequence, 3U);
}

TEST_P(journals, keep_bytes_and_versions_as_they_were) {
  const std::string bytes("\0\xff'\n", 4);
  journal_append what{.stream = "ключ", .events = {{"e", 4'000'000'000, bytes}, {"e", 1, ""}}};
  EXPECT_EQ(call->append(what), 2U);
  reopen();
  const auto page = call->read("ключ", 0, 10).value();
  EXPECT_EQ(page.records.at(0).event.data, bytes);
  EXPECT_EQ(page.records.at(0).event.version, 4'000'000'000U);
  EXPECT_EQ(page.records.at(1).event.data, "");
}

TEST_P(journals, know_nothing_of_a_stream_that_was_never_written) {
  EXPECT_EQ(call->load("s")->sequence, 0U);
  EXPECT_FALSE(call->load("s")->snapshot);
  EXPECT_TRUE(call->read("s", 0, 10)->records.empty());
  EXPECT_EQ(call->save_snapshot("s", {1, "t", 1, "x"}), std::unexpected(journal_errc::conflict));
}

TEST_P(journals, let_only_one_of_two_writers_win) {
  EXPECT_EQ(call->append(events("s", 0, {"mine"})), 1U);
  EXPECT_EQ(call->append(events("s", 0, {"yours"})), std::unexpected(journal_errc::conflict));
  EXPECT_EQ(call->append(events("s", 5, {"yours"})), std::unexpected(journal_errc::conflict));
  EXPECT_EQ(call->append(events("new", 1, {"yours"})), std::unexpected(journal_errc::conflict));
  EXPECT_EQ(call->read("s", 0, 10)->records.size(), 1U);
  EXPECT_EQ(call->load("s")->sequence, 1U);
  EXPECT_EQ(call->load("new")->sequence, 0U);
}

TEST_P(journals, read_page_by_page) {
  EXPECT_EQ(call->append(events("s", 0, {"1", "2", "3", "4", "5"})), 5U);
  auto page = call->read("s", 1, 2).value();
  ASSERT_EQ(page.records.size(), 2U);
  EXPECT_EQ(page.records[0].sequence, 2U);
  EXPECT_TRUE(page.more);
  page = call->read("s", 3, 2).value();
  EXPECT_EQ(page.records.size(), 2U);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(call->read("s", 0, 0)->records.size(), 1U) << "a page has one record at least";
}

TEST_P(journals, end_a_page_before_it_grows_too_large) {
  const std::string large(journal_limits::page_bytes_max / 2 + 1, 'x');
  EXPECT_EQ(call->append(events("s", 0, {large})), 1U);
  EXPECT_EQ(call->append(events("s", 1, {large})), 2U);
  const auto page = call->read("s", 0, 10).value();
  EXPECT_EQ(page.records.size(), 1U);
  EXPECT_TRUE(page.more);
}

TEST_P(journals, keep_the_newest_snapshot) {
  EXPECT_EQ(call->append(events("s", 0, {"1", "2", "3"})), 3U);
  EXPECT_EQ(call->save_snapshot("s", {2, "state", 7, "two"}), 2U);
  EXPECT_EQ(call->save_snapshot("s", {1, "state", 7, "one"}), 2U) << "the newer one stays";
  reopen();
  const auto snapshot = call->load("s")->snapshot.value();
  EXPECT_EQ(snapshot.sequence, 2U);
  EXPECT_EQ(snapshot.type, "state");
  EXPECT_EQ(snapshot.version, 7U);
  EXPECT_EQ(snapshot.data, "two");
  EXPECT_EQ(call->save_snapshot("s", {4, "state", 7, "four"}),
            std::unexpected(journal_errc::conflict));
}

TEST_P(journals, a_state_without_events_moves_the_stream_on) {
  journal_append what{.stream = "s", .state = journal_snapshot{0, "state", 1, "a"}};
  EXPECT_EQ(call->append(what), 1U);
  EXPECT_EQ(call->append(what), std::unexpected(journal_errc::conflict));
  what.expected_sequence = 1;
  what.state->data = "b";
  EXPECT_EQ(call->append(what), 2U);
  reopen();
  EXPECT_EQ(call->load("s")->sequence, 2U);
  EXPECT_EQ(call->load("s")->snapshot->data, "b");
  EXPECT_EQ(call->load("s")->snapshot->sequence, 2U);
}

TEST_P(journals, store_an_answer_with_its_events_or_not_at_all) {
  auto what = answer("c1", "one", at(1));
  what.events.push_back({"added", 1, "a"});
  EXPECT_EQ(call->append(what), 1U);
  what.answer->command = "c2";
  EXPECT_EQ(call->append(what), std::unexpected(journal_errc::conflict));
  reopen();
  EXPECT_EQ(remembered(), std::vector<std::string>{"c1=one"});
}

TEST_P(journals, forget_answers_beyond_their_number_and_age) {
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(call->append(answer("c" + std::to_string(i), "x", at(i), 3)), 0U);
  }
  EXPECT_EQ(remembered(), (std::vector<std::string>{"c2=x", "c3=x", "c4=x"}));
  EXPECT_EQ(call->append(answer("c3", "y", at(5), 3)), 0U);
  EXPECT_EQ(remembered(), (std::vector<std::string>{"c2=x", "c4=x", "c3=y"}))
      << "a new answer to the same command is the newest";
  EXPECT_EQ(call->append(answer("c5", "x", at(6), 3, at(5))), 0U);
  EXPECT_EQ(remembered(), (std::vector<std::string>{"c3=y", "c5=x"}));
}

TEST_P(journals, refuse_what_is_beyond_the_limits) {
  const auto too_large = std::unexpected(journal_errc::too_large);
  EXPECT_EQ(call->append(events("", 0, {"a"})), too_large);
  EXPECT_EQ(call->append(events(std::string(256, 'k'), 0, {"a"})), too_large);
  EXPECT_EQ(call->append(events(std::string(255, 'k'), 0, {"a"})), 1U);
  EXPECT_EQ(call->append(events("s", 0, std::vector<std::string>(1001, "a"))), too_large);
  EXPECT_EQ(call->append(events("s", 0, {std::string(journal_limits::append_bytes_max + 1, 'x')})),
            too_large);
  EXPECT_EQ(call->append({.stream = "s", .events = {{"", 1, ""}}}), too_large);
  EXPECT_EQ(call->append(answer("", "x", at(1))), too_large);
  EXPECT_EQ(call->append(answer("c", "x", at(1), 0)), too_large);
  EXPECT_EQ(call->append(answer("c", "x", at(1), journal_limits::answers_max + 1)), too_large);
  EXPECT_EQ(
      call->append(answer("c", std::string(journal_limits::answer_bytes_max + 1, 'x'), at(1))),
      too_large);
  auto both = events("s", 0, {"a"});
  both.state = journal_snapshot{0, "state", 1, ""};
  EXPECT_EQ(call->append(both), too_large);
  EXPECT_EQ(call->load("s")->sequence, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    each, journals,
    testing::Values(implementation{"memory",
                                   []() -> std::unique_ptr<journal_under_test> {
                                     return std::make_unique<in_memory>();
                                   }},
                    implementation{"sqlite",
                                   []() -> std::unique_ptr<journal_under_test> {
                                     return std::make_unique<in_sqlite>();
                                   }}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace troupe
