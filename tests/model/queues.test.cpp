// The queues of a worker, and how it sleeps and is woken (run_queue.hpp,
// worker_queues.hpp), through every interleaving.
#include <gtest/gtest.h>

#include "queue_case.hpp"
#include "told.hpp"
#include "worker_case.hpp"
#include "worker_queues.hpp"

namespace troupe::model {
namespace {

template <std::uint64_t capacity>
using ring = detail::basic_stealable_ring<queued_cell, capacity, modelled_sync>;
using waiting_list = detail::basic_waiting_list<queued_cell, modelled_sync>;

constexpr limits bounded{.stale_reads_max = 1, .reduce = false, .preemptions_max = 2};

outcome explored(const worker_plan& plan, const limits& within = {}) {
  return explore_workers<detail::basic_worker_queues>(plan, within);
}

// Every interleaving, and every value that a load may read -------------------------------------

TEST(ModelledRing, OneThiefAndTheOwnerTakeEachCellOnce) {
  expect_right(explore_ring<ring<2>>({.cells = 2, .thieves = 1, .tries = 2}));
}

TEST(ModelledRing, AWrappedRingGivesNothingTwice) {
  expect_right(explore_ring<ring<2>>({.cells = 3, .thieves = 1, .tries = 1}));
}

TEST(ModelledRing, TwoThievesAndTheOwnerTakeEachCellOnce) {
  expect_right(explore_ring<ring<2>>({.cells = 2, .thieves = 2, .tries = 1}));
}

TEST(ModelledWaitingList, WhatTwoThreadsPushComesOutOnce) {
  expect_right(explore_waiting<waiting_list>());
}

TEST(ModelledWorker, WhatIsQueuedWhileAWorkerParksIsRun) {
  expect_right(explored({.workers = 1, .outside = 1}));
}

TEST(ModelledWorker, WhatIsPinnedWhileAWorkerParksIsRun) {
  expect_right(explored({.workers = 1, .outside = 1, .pinned = true}));
}

TEST(ModelledWorker, WhatTwoThreadsQueueWhileAWorkerParksIsRun) {
  expect_right(explored({.workers = 1, .outside = 2}));
}

TEST(ModelledWorker, WhatIsQueuedForOneOfTwoWorkersIsRun) {
  expect_right(explored({.workers = 2, .outside = 1}));
}

// Every interleaving; loads read the newest ----------------------------------------------------

TEST(ModelledWorker, WhatAWorkerQueuesWhileAnotherParksOrStealsIsRun) {
  expect_right(explored({.workers = 2, .outside = 1, .readies = 2}, {.stale_reads_max = 0}));
}

// Two preemptions, and one load that reads something older -------------------------------------

TEST(ModelledRing, TwoThievesOfAWrappedRingTakeEachCellOnce) {
  expect_right(explore_ring<ring<2>>({.cells = 3, .thieves = 2, .tries = 1}, bounded));
}

TEST(ModelledWorker, WhatAWorkerQueuesWhileAnotherParksIsRun) {
  expect_right(explored({.workers = 2, .outside = 1, .readies = 2}, bounded));
}

}  // namespace
}  // namespace troupe::model
