// The mailbox of the runtime (troupe/detail/mailbox.hpp) through every
// interleaving.
#include <gtest/gtest.h>

#include <troupe/detail/mailbox.hpp>

#include "mailbox_case.hpp"
#include "told.hpp"

namespace troupe::model {
namespace {

constexpr limits newest{.stale_reads_max = 0};
constexpr limits bounded{.stale_reads_max = 1, .reduce = false, .preemptions_max = 2};

outcome explored(const mailbox_plan& plan, const limits& within = {}) {
  return explore_mailbox<detail::basic_mailbox>(plan, within);
}

// Every interleaving, and every value that a load may read -------------------------------------

TEST(ModelledMailbox, TwoProducersOfOneMessageEachLoseNothing) {
  expect_right(explored({.producers = {1, 1}}));
}

TEST(ModelledMailbox, AProducerOfTwoMessagesKeepsTheirOrder) {
  expect_right(explored({.producers = {2}}));
}

TEST(ModelledMailbox, AnUrgentMessageAndAnOrdinaryOneAreBothHandled) {
  expect_right(explored({.producers = {2}, .urgent = 1}));
}

TEST(ModelledMailbox, ASignalAndAPushWakeTheCellOnce) {
  expect_right(explored({.producers = {1}, .signals = 1}));
}

TEST(ModelledMailbox, TwoSignalsAreBothRun) {
  expect_right(explored({.producers = {}, .signals = 2}));
}

TEST(ModelledMailbox, AMessageWaitsUntilASuspendedHandlerHasItsAnswer) {
  expect_right(explored({.producers = {2}, .signals = 1, .suspended_on = 0}));
}

TEST(ModelledMailbox, AFullMailboxTakesAMessageOnceThereIsRoom) {
  expect_right(explored({.producers = {1, 1}, .capacity = 1}));
}

TEST(ModelledMailbox, ATurnThatLeavesAMessageRunsAgain) {
  expect_right(explored({.producers = {2}, .batch = 1}));
}

TEST(ModelledMailbox, AStopHandlesBuriesOrRefusesAMessage) {
  expect_right(explored({.producers = {1}, .signals = 1, .stops = true}));
}

TEST(ModelledMailbox, ADrainHandlesAMessageOrRefusesIt) {
  expect_right(explored({.producers = {1}, .signals = 1, .drains = true}));
}

// Every interleaving; loads read the newest ----------------------------------------------------

TEST(ModelledMailbox, AStopSettlesTheMessagesOfTwoProducers) {
  expect_right(explored({.producers = {1, 1}, .signals = 1, .stops = true}, newest));
}

TEST(ModelledMailbox, ADrainHandlesWhatItAcceptedOfTwoProducers) {
  expect_right(explored({.producers = {1, 1}, .signals = 1, .drains = true}, newest));
}

TEST(ModelledMailbox, ASignalToAClosedCellIsRunAndItsReferenceGivenUp) {
  expect_right(explored({.producers = {1}, .signals = 2, .stops = true}, newest));
}

TEST(ModelledMailbox, MessagesWaitUntilASuspendedHandlerHasItsAnswer) {
  expect_right(explored({.producers = {1, 1}, .signals = 1, .suspended_on = 0}, newest));
}

// Two preemptions, and one load that reads something older -------------------------------------

TEST(ModelledMailbox, TwoProducersKeepTheOrderOfEach) {
  expect_right(explored({.producers = {2, 2}}, bounded));
}

TEST(ModelledMailbox, ThreeProducersLoseNothing) {
  expect_right(explored({.producers = {1, 1, 1}}, bounded));
}

TEST(ModelledMailbox, TwoProducersAndASignalLoseNothing) {
  expect_right(explored({.producers = {1, 1}, .signals = 1}, bounded));
}

TEST(ModelledMailbox, UrgentMessagesBesideThoseOfAnotherProducerAreAllHandled) {
  expect_right(explored({.producers = {2, 1}, .urgent = 1}, bounded));
}

TEST(ModelledMailbox, ShortTurnsHandleTheMessagesOfTwoProducers) {
  expect_right(explored({.producers = {2, 1}, .batch = 1}, bounded));
}

}  // namespace
}  // namespace troupe::model
