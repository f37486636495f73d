// Group commit and the bounded queue in front of it.
#include <algorithm>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/journal_sqlite.hpp>
#include <troupe/troupe.hpp>

#include "sqlite_fixture.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;
using namespace testing_journal;

class group_commit : public testing::Test, protected journal_file {};

struct go {
  using reply = int;
};

/// Appends to a stream of its own and answers how many were acknowledged.
class busy_writer final : public actor {
 public:
  busy_writer(journal& keeps, std::string stream, int count, std::counting_semaphore<>* appended)
      : journal_(keeps), stream_(std::move(stream)), count_(count), appended_(appended) {}
  task<int> on(go) {
    int acknowledged = 0;
    for (int i = 0; i < count_; ++i) {
      auto written = co_await journal_.append(one_event(stream_, static_cast<std::uint64_t>(i)));
      if (written) ++acknowledged;
    }
    if (appended_) appended_->release();
    co_return acknowledged;
  }

 private:
  journal& journal_;
  std::string stream_;
  int count_;
  std::counting_semaphore<>* appended_;
};

TEST_F(group_commit, takes_the_work_of_many_actors_together) {
  constexpr int writers = 50;
  constexpr int each = 20;
  auto journal = open();
  std::counting_semaphore<> done(0);
  {
    system system({.workers = 2});
    for (int i = 0; i < writers; ++i) {
      system.spawn<busy_writer>(std::ref<troupe::journal>(*journal), std::to_string(i), each, &done)
          .tell(go{});
    }
    for (int i = 0; i < writers; ++i) done.acquire();
  }
  const auto figures = journal->figures();
  EXPECT_EQ(figures.appends, static_cast<std::uint64_t>(writers * each));
  EXPECT_LT(figures.commits, figures.appends / 4) << "one transaction holds many appends";
  EXPECT_EQ(figures.failed_batches, 0U);
  caller call(*journal);
  for (int i = 0; i < writers; ++i) {
    EXPECT_EQ(call.read(std::to_string(i), 0, 100)->records.size(), static_cast<std::size_t>(each));
  }
}

/// One call into the journal, and its outcome kept. Not awaited by anybody.
struct append_and_note {
  journal_append what;
};
struct load_and_note {
  std::string stream;
};
class noting_writer final : public actor {
 public:
  noting_writer(journal& keeps, std::vector<std::string>& notes, std::counting_semaphore<>& noted)
      : journal_(keeps), notes_(notes), noted_(noted) {}
  task<> on(append_and_note m) {
    const auto written = co_await journal_.append(std::move(m.what));
    notes_.push_back(written ? std::to_string(*written) : std::string(to_string(written.error())));
    noted_.release();
  }
  task<> on(load_and_note m) {
    const auto loaded = co_await journal_.load(std::move(m.stream));
    notes_.push_back("loaded " + std::to_string(loaded ? loaded->sequence : 0));
    noted_.release();
  }

 private:
  journal& journal_;
  std::vector<std::string>& notes_;
  std::counting_semaphore<>& noted_;
};

struct block {
  std::counting_semaphore<>* gate;
  std::counting_semaphore<>* blocked = nullptr;
};
class blocker final : public actor {
 public:
  task<> on(block m) {
    (void)co_await offload([m] {
      if (m.blocked) m.blocked->release();
      m.gate->acquire();
    });
  }
};

/// While the pool's only thread is blocked everything waits in the journal's queue.
class queued_appends : public group_commit {
 protected:
  static constexpr int actors = 3;

  void start(sqlite_journal_options options) {
    journal = open(options);
    for (int i = 0; i < actors; ++i) {
      writers.push_back(system->spawn<noting_writer>(spawn_options{.worker = 0},
                                                     std::ref<troupe::journal>(*journal),
                                                     std::ref(notes), std::ref(noted)));
    }
    system->spawn<blocker>(spawn_options{.worker = 0}).tell(block{&gate, &blocked});
    blocked.acquire();
  }
  void wait_until_queued(std::size_t count) const {
    while (journal->figures().waiting < count) std::this_thread::yield();
  }
  void release_and_wait(int count) {
    gate.release();
    for (int i = 0; i < count; ++i) noted.acquire();
  }

  std::counting_semaphore<> gate{0};
  std::counting_semaphore<> blocked{0};
  std::counting_semaphore<> noted{0};
  std::vector<std::string> notes;
  std::unique_ptr<sqlite_journal> journal;
  std::unique_ptr<system> system =
      std::make_unique<troupe::system>(system_options{.workers = 1, .offload_threads = 1});
  std::vector<ref<noting_writer>> writers;
};

TEST_F(queued_appends, of_one_transaction_do_not_suffer_from_each_others_errors) {
  start({});
  writers[0].tell(append_and_note{one_event("a", 0)});
  writers[1].tell(append_and_note{one_event("b", 7)});
  writers[2].tell(append_and_note{one_event("c", 0)});
  wait_until_queued(3);
  release_and_wait(3);
  system.reset();
  std::ranges::sort(notes);
  EXPECT_EQ(notes, (std::vector<std::string>{"1", "1", "conflict"}));
  EXPECT_EQ(journal->figures().commits, 1U);
  EXPECT_EQ(journal->figures().appends, 2U);
}

TEST_F(queued_appends, beyond_the_queues_bound_are_refused_at_once) {
  start({.queue_calls_max = 2});
  for (int i = 0; i < actors; ++i) {
    writers[static_cast<std::size_t>(i)].tell(append_and_note{one_event(std::to_string(i), 0)});
  }
  noted.acquire();
  EXPECT_EQ(notes, std::vector<std::string>{"overloaded"});
  release_and_wait(2);
  system.reset();
  EXPECT_EQ(notes, (std::vector<std::string>{"overloaded", "1", "1"}));
}

TEST_F(queued_appends, are_bounded_in_bytes_too) {
  start({.queue_bytes_max = 1000});
  writers[0].tell(append_and_note{one_event("a", 0, std::string(990, 'x'))});
  wait_until_queued(1);
  writers[1].tell(append_and_note{one_event("b", 0, std::string(990, 'x'))});
  noted.acquire();
  EXPECT_EQ(notes, std::vector<std::string>{"overloaded"});
  release_and_wait(1);
  system.reset();
  EXPECT_EQ(notes, (std::vector<std::string>{"overloaded", "1"}));
}

TEST_F(queued_appends, of_an_actor_that_was_stopped_are_stored_before_its_successor_reads) {
  start({});
  writers[0].tell(append_and_note{one_event("a", 0)});
  wait_until_queued(1);
  writers[0].stop();
  ASSERT_TRUE(system->wait_stopped(writers[0], 10s));
  writers[1].tell(load_and_note{"a"});
  wait_until_queued(2);
  noted.acquire();  // the stopped actor's: cancelled
  release_and_wait(1);
  system.reset();
  EXPECT_EQ(notes, (std::vector<std::string>{"cancelled", "loaded 1"}));
}

TEST_F(queued_appends, are_stored_when_the_system_shuts_down_and_the_journal_is_closed) {
  start({});
  writers[0].tell(append_and_note{one_event("a", 0)});
  wait_until_queued(1);
  gate.release();
  system.reset();
  journal.reset();
  journal = open();
  EXPECT_EQ(caller(*journal).load("a")->sequence, 1U);
}

TEST_F(queued_appends, are_stored_when_the_journal_is_closed) {
  start({});
  writers[0].tell(append_and_note{one_event("a", 0)});
  wait_until_queued(1);
  gate.release();
  journal.reset();
  journal = open();
  EXPECT_EQ(caller(*journal).load("a")->sequence, 1U);
  system.reset();
}

TEST_F(group_commit, answers_overloaded_when_the_pool_takes_no_more) {
  auto journal = open();
  std::counting_semaphore<> gate(0);
  std::counting_semaphore<> noted(0);
  std::vector<std::string> notes;
  system system({.workers = 1, .offload_threads = 1, .offload_queue_max = 1});
  auto writer = system.spawn<noting_writer>(std::ref<troupe::journal>(*journal), std::ref(notes),
                                            std::ref(noted));
  // Two blockers: one runs, one is queued, in whatever time the thread needs to take the first.
  std::vector<ref<blocker>> blockers;
  while (notes.empty() || notes.back() != "overloaded") {
    blockers.push_back(system.spawn<blocker>());
    blockers.back().tell(block{&gate});
    writer.tell(append_and_note{one_event("a", notes.size())});
    if (!noted.try_acquire_for(10ms)) {
      gate.release();  // the append was queued behind a blocker
      noted.acquire();
    }
    ASSERT_LT(notes.size(), 1000U);
  }
  gate.release(static_cast<std::ptrdiff_t>(blockers.size()));
}

TEST_F(queued_appends, that_fit_are_stored_though_another_one_does_not) {
  start({});
  writers[0].tell(append_and_note{one_event("a", 0)});
  writers[1].tell(append_and_note{one_event("b", 0, std::string(4'000'000, 'x'))});
  writers[2].tell(append_and_note{one_event("c", 0)});
  wait_until_queued(3);
  {
    const file_size_limit full(1024 * 1024);
    release_and_wait(3);
  }
  system.reset();
  std::ranges::sort(notes);
  EXPECT_EQ(notes, (std::vector<std::string>{"1", "1", "unavailable"}));
  EXPECT_EQ(journal->figures().failed_batches, 1U);
}

}  // namespace
}  // namespace troupe
