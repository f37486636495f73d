#include "adapters/sqlite/group_commit.hpp"

#include <array>
#include <chrono>
#include <expected>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/completion.hpp>
#include <troupe/troupe.hpp>

#include "adapters/sqlite/fixture.hpp"
#include "core/memory_log.hpp"

namespace troupe::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 1> migrations{"create table row (value integer not null)"};
constexpr schema rows_schema{.application_id = 0x54525054, .migrations = migrations};

struct store {
  store() : kept(*database::open(folder.path / "rows", rows_schema, 100ms)) {}

  std::int64_t count() {
    statement asked(kept->connection(), "select count(*) from row");
    return asked.step() ? asked.integer(0) : -1;
  }

  temporary_folder folder;
  std::unique_ptr<database> kept;
  core::memory_log log;
};

/// Adds a row; true when it is stored.
struct add_row {
  using reply = bool;
  bool fails = false;
  std::size_t bytes = 0;
};

class row_work final : public work {
 public:
  row_work(store& to, add_row what, completion<bool> done)
      : work(what.bytes), to_(to), what_(what), done_(std::move(done)) {}
  bool writes() override { return true; }
  void run() override {
    statement(to_.kept->connection(), "insert into row values (1)").run();
    if (what_.fails) throw failure{13, "this one does not fit"};
  }
  void succeed() noexcept override { done_.set(true); }
  void fail() noexcept override { done_.set(false); }

 private:
  store& to_;
  const add_row what_;
  completion<bool> done_;
};

class writer final : public actor {
 public:
  writer(store& to, group_commit& line) : to_(to), line_(line) {}
  task<bool> on(add_row what) {
    const auto stored = co_await completed<bool>([&](completion<bool> done) {
      line_.push(std::make_unique<row_work>(to_, what, std::move(done)));
    });
    co_return stored.value_or(false);
  }

 private:
  store& to_;
  group_commit& line_;
};

/// Holds the job up until it is opened: what comes meanwhile is one batch.
struct gate {
  std::promise<void> reached;
  std::promise<void> opened;
};
class gate_work final : public work {
 public:
  explicit gate_work(gate& at) : work(0), at_(at) {}
  bool writes() override { return false; }
  void run() override {
    at_.reached.set_value();
    at_.opened.get_future().wait();
  }
  void succeed() noexcept override {}
  void fail() noexcept override {}

 private:
  gate& at_;
};
struct close_gate {};
class gate_keeper final : public actor {
 public:
  gate_keeper(group_commit& line, gate& at) : line_(line), at_(at) {}
  void on(close_gate) { line_.push(std::make_unique<gate_work>(at_)); }

 private:
  group_commit& line_;
  gate& at_;
};

/// Asks `count` writers while the gate is closed, that one in vain; gives what they answered.
std::vector<bool> in_one_batch(store& to, group_commit& line, int count, int failing) {
  troupe::system system({.workers = 2});
  gate at;
  system.spawn<gate_keeper>(std::ref(line), std::ref(at)).tell(close_gate{});
  at.reached.get_future().wait();
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < count; ++i) {
    const auto each = system.spawn<writer>(std::ref(to), std::ref(line));
    answers.push_back(std::async(std::launch::async, [&system, each, fails = i == failing] {
      return system.ask(each, add_row{.fails = fails}, 30s).value();
    }));
  }
  while (line.figures().waiting < static_cast<std::size_t>(count)) std::this_thread::yield();
  at.opened.set_value();
  std::vector<bool> stored;
  for (auto& each : answers) stored.push_back(each.get());
  system.shutdown(10s);
  return stored;
}

TEST(group_commit, stores_what_waits_together_in_one_transaction) {
  store to;
  group_commit line(*to.kept, to.log);
  EXPECT_EQ(in_one_batch(to, line, 20, -1), std::vector<bool>(20, true));
  EXPECT_EQ(to.count(), 20);
  EXPECT_LE(line.figures().commits, 2U);
}

TEST(group_commit, one_that_cannot_be_stored_fails_alone) {
  store to;
  group_commit line(*to.kept, to.log);
  std::vector<bool> expected(20, true);
  expected[7] = false;
  EXPECT_EQ(in_one_batch(to, line, 20, 7), expected);
  EXPECT_EQ(to.count(), 19) << "nothing of it stayed";
  EXPECT_EQ(line.figures().failed_batches, 1U);
  ASSERT_EQ(to.log.lines().size(), 1U);
  EXPECT_TRUE(to.log.lines()[0].contains("this one does not fit")) << to.log.lines()[0];
}

TEST(group_commit, refuses_what_it_has_no_room_for) {
  store to;
  group_commit line(*to.kept, to.log, {.queue_works_max = 1, .queue_bytes_max = 100});
  troupe::system system({.workers = 2});
  const auto who = system.spawn<writer>(std::ref(to), std::ref(line));
  EXPECT_TRUE(system.ask(who, add_row{.bytes = 100}, 10s).value());
  EXPECT_FALSE(system.ask(who, add_row{.bytes = 101}, 10s).value());
  EXPECT_EQ(line.figures().refused, 1U);
  EXPECT_EQ(to.count(), 1);
  system.shutdown(10s);
}

TEST(group_commit, work_from_outside_of_actors_waits_for_the_next_that_is_not) {
  store to;
  group_commit line(*to.kept, to.log);
  gate open;
  open.opened.set_value();
  line.push(std::make_unique<gate_work>(open));
  EXPECT_EQ(line.figures().waiting, 1U);
  troupe::system system({.workers = 2});
  EXPECT_TRUE(
      system.ask(system.spawn<writer>(std::ref(to), std::ref(line)), add_row{}, 10s).value());
  EXPECT_EQ(line.figures().waiting, 0U);
  system.shutdown(10s);
}

}  // namespace
}  // namespace troupe::sqlite
