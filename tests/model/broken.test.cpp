// Broken variants of what mailbox.test.cpp and queues.test.cpp check: the explorer must find each.
// They are made from the runtime's headers by broken_variants.py, and lie in the namespace of their
// name.
#include <broken/clears_signalled_last/mailbox.hpp>
#include <broken/first_while_active/mailbox.hpp>
#include <broken/keeps_what_it_stole/worker_queues.hpp>
#include <broken/link_before_reservation/mailbox.hpp>
#include <broken/link_without_release/mailbox.hpp>
#include <broken/list_only_released/worker_queues.hpp>
#include <broken/no_second_look/worker_queues.hpp>
#include <broken/parked_only_acquired/worker_queues.hpp>
#include <broken/parked_only_released/worker_queues.hpp>
#include <broken/parks_though_signalled/mailbox.hpp>
#include <broken/parks_without_exchange/mailbox.hpp>
#include <broken/reservation_without_acquire/mailbox.hpp>
#include <broken/ring_reads_late/run_queue.hpp>
#include <broken/ring_without_exchange/run_queue.hpp>
#include <broken/ring_without_release/run_queue.hpp>
#include <broken/schedules_twice/mailbox.hpp>
#include <broken/wakes_before_it_queues/worker_queues.hpp>
#include <gtest/gtest.h>

#include "mailbox_case.hpp"
#include "queue_case.hpp"
#include "told.hpp"
#include "worker_case.hpp"

namespace troupe::model {
namespace {

const mailbox_plan two_producers{.producers = {1, 1}};
const worker_plan one_worker{.workers = 1, .outside = 1};

TEST(BrokenMailbox, ALinkWithoutReleaseIsCaught) {
  expect_caught(
      explore_mailbox<broken::link_without_release::basic_mailbox>({.producers = {2, 1}}));
}

TEST(BrokenMailbox, AReservationThatDoesNotAcquireIsCaught) {
  expect_caught(
      explore_mailbox<broken::reservation_without_acquire::basic_mailbox>({.producers = {1, 1}}));
}

TEST(BrokenMailbox, ALinkBeforeTheReservationIsCaught) {
  expect_caught(explore_mailbox<broken::link_before_reservation::basic_mailbox>(two_producers));
}

TEST(BrokenMailbox, APlainFieldWrittenWhileTheCellIsActiveIsCaught) {
  expect_caught(
      explore_mailbox<broken::first_while_active::basic_mailbox>({.producers = {1}, .signals = 1}));
}

TEST(BrokenMailbox, ACellThatIsScheduledTwiceIsCaught) {
  expect_caught(explore_mailbox<broken::schedules_twice::basic_mailbox>(two_producers));
}

TEST(BrokenMailbox, ATurnThatParksWithoutACompareExchangeIsCaught) {
  expect_caught(explore_mailbox<broken::parks_without_exchange::basic_mailbox>(two_producers));
}

TEST(BrokenMailbox, ATurnThatParksThoughSignalledIsCaught) {
  expect_caught(explore_mailbox<broken::parks_though_signalled::basic_mailbox>(
      {.producers = {1}, .signals = 1}));
}

TEST(BrokenMailbox, ASignalledFlagThatIsClearedLastIsCaught) {
  expect_caught(explore_mailbox<broken::clears_signalled_last::basic_mailbox>(
      {.producers = {1}, .signals = 2}));
}

TEST(BrokenRing, ARingWithoutCompareExchangeIsCaught) {
  expect_caught(explore_ring<
                broken::ring_without_exchange::basic_stealable_ring<queued_cell, 2, modelled_sync>>(
      {.cells = 2}));
}

TEST(BrokenRing, ASlotThatIsReadAfterTheExchangeIsCaught) {
  expect_caught(
      explore_ring<broken::ring_reads_late::basic_stealable_ring<queued_cell, 2, modelled_sync>>(
          {.cells = 4}));
}

TEST(BrokenRing, AnEntryWithoutReleaseIsCaught) {
  expect_caught(explore_ring<
                broken::ring_without_release::basic_stealable_ring<queued_cell, 2, modelled_sync>>(
      {.cells = 1}));
}

TEST(BrokenWorker, AParkThatIsNotSequentiallyConsistentIsCaught) {
  expect_caught(explore_workers<broken::parked_only_released::basic_worker_queues>(one_worker));
}

TEST(BrokenWorker, ALookAtWhoIsParkedThatIsNotSequentiallyConsistentIsCaught) {
  expect_caught(explore_workers<broken::parked_only_acquired::basic_worker_queues>(one_worker));
}

TEST(BrokenWorker, AnEntryOfTheListThatIsOnlyReleasedIsCaught) {
  expect_caught(explore_workers<broken::list_only_released::basic_worker_queues>(one_worker));
}

TEST(BrokenWorker, AStolenCellThatCanBeStolenBackForEverIsCaught) {
  expect_caught(explore_workers<broken::keeps_what_it_stole::basic_worker_queues>(
      {.workers = 2, .outside = 1}));
}

TEST(BrokenWorker, AMissingSecondLookIsCaught) {
  expect_caught(explore_workers<broken::no_second_look::basic_worker_queues>(one_worker));
}

TEST(BrokenWorker, WakingBeforeQueueingIsCaught) {
  expect_caught(explore_workers<broken::wakes_before_it_queues::basic_worker_queues>(one_worker));
}

}  // namespace
}  // namespace troupe::model
