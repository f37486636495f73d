// Cases of the mailbox: threads that push, signal, stop or drain, and a worker
// that runs a turn for each time the cell is scheduled, as
// actor_cell::run_turn() does. Whatever the threads do, no message is lost or
// doubled, each sender's come in order, and the cell is scheduled once at a
// time.
//
// A template over the mailbox, so that broken ones can be put in its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <vector>

#include "atomic.hpp"
#include "explore.hpp"

namespace troupe::model {

/// What the threads do. One thread for each producer, for each signal, and for
/// the worker.
struct mailbox_plan {
  std::vector<int> producers;    // how many messages each of them pushes
  int urgent = 0;                // of the first producer's messages, how many are urgent: the last
  int signals = 0;               // control nodes
  int suspended_on = -1;         // the handler of this message suspends, and waits for a signal
  bool stops = false;            // the first signal stops the actor
  bool drains = false;           // the first signal drains it
  std::uint32_t capacity = 100;  // who finds it full tries again
  std::uint32_t batch = UINT32_MAX;
};

struct mailbox_message_type {
  bool urgent = false;
};

struct mailbox_message {
  explicit mailbox_message(const mailbox_message_type& of, int from = 0, int number = 0)
      : type(&of), sender(from), nth(number) {}
  atomic<mailbox_message*> next{nullptr};
  const mailbox_message_type* type;
  plain<int> sender;
  plain<int> nth;
};

struct mailbox_control {
  plain<mailbox_control*> next{nullptr};
};

template <template <class, class, class> class Mailbox>
class mailbox_case final : public scenario {
 public:
  using message = mailbox_message;
  using control = mailbox_control;
  using mailbox = Mailbox<message, control, modelled_sync>;

  explicit mailbox_case(const mailbox_plan& plan) : plan_(plan) {}

  std::size_t thread_count() const override {
    return plan_.producers.size() + static_cast<std::size_t>(plan_.signals) + 1;
  }

  void run(std::size_t thread) override {
    const std::size_t producers = plan_.producers.size();
    if (thread < producers) {
      produce(static_cast<int>(thread));
    } else if (thread < producers + static_cast<std::size_t>(plan_.signals)) {
      signal(thread - producers);
    } else {
      for (;;) turn(runs_.take());
    }
  }

  // The worker waits for ever once there is nothing to do.
  bool is_quiet() const override {
    return producers_ended_ == plan_.producers.size() && signalled_ == plan_.signals &&
           signals_run_ == plan_.signals && handled_ + buried_ == accepted_ && !scheduled_;
  }

  void finally() override {
    const std::uint64_t word = box_.word();
    check((word & mailbox::count_mask) == 0, "places are kept that no message is in");
    check((word & (mailbox::active | mailbox::signalled)) == 0, "an idle cell says it is active");
    check(word >> mailbox::accepted_shift == static_cast<std::uint64_t>(accepted_),
          "the word counts something else than was accepted");
    check(accepted_ + refused_ == pushed_, "a push has no outcome");
    check(plan_.stops || plan_.drains || refused_ == 0, "refused by a mailbox that is open");
    check(!plan_.drains || buried_ == 0, "a drain has thrown away what was accepted");
    check(references_ == (closed_ ? 0 : 1), "a reference is not given up");
  }

 private:
  static constexpr int senders_max = 4;
  static constexpr int messages_max = 8;
  using type = mailbox_message_type;
  static constexpr type ordinary{false};
  static constexpr type urgent{true};

  // A producer
  // --------------------------------------------------------------------------------
  void produce(int sender) {
    const int count = plan_.producers[static_cast<std::size_t>(sender)];
    for (int nth = 0; nth < count; ++nth) {
      const bool is_urgent = sender == 0 && nth >= count - plan_.urgent;
      auto* made = new (places_[sender][nth]) message(is_urgent ? urgent : ordinary, sender, nth);
      push(made);
    }
    ++producers_ended_;
  }

  void push(message* what) {
    using pushed = typename mailbox::pushed;
    ++pushed_;
    for (;;) {
      switch (box_.push(what, plan_.capacity)) {
        case pushed::accepted_first:
          ++accepted_;
          schedule();
          return;
        case pushed::accepted:
          ++accepted_;
          return;
        case pushed::stopped:
          ++refused_;
          return;
        case pushed::full:
          yield();
      }
    }
  }

  void signal(std::size_t nth) {
    using woken = typename mailbox::woken;
    if (plan_.suspended_on >= 0) asked_.take();
    if (nth == 0 && plan_.drains) box_.begin_drain();
    auto* node = new (control_places_[nth]) control;
    const woken how = box_.signal(*node);
    ++signalled_;
    if (how == woken::already) return;
    if (how == woken::schedule_closed) ++references_;
    schedule();
  }

  void schedule() {
    check(!scheduled_, "scheduled twice");
    scheduled_ = true;
    runs_.put(*this);
  }

  // The worker
  // --------------------------------------------------------------------------------
  void turn(mailbox_case&) {
    using rest = typename mailbox::rest;
    processed_ = 0;
    if (control* node = box_.take_first_control()) run_control(*node);
    if (box_.is_signalled()) {
      for (control* node = box_.take_control(); node;) {
        control* next = node->next;
        run_control(*node);
        node = next;
      }
    }
    std::uint32_t taken = 0;
    while (!suspended_ && !closed_ && taken < plan_.batch) {
      message* what = take();
      if (!what) break;
      ++taken;
      handle(*what);
    }
    if (box_.word() & mailbox::draining && drains_ && !suspended_ && !closed_ &&
        (box_.word(std::memory_order_acquire) & mailbox::count_mask) == processed_) {
      close();
    }
    const bool idle = taken == 0 && processed_ == 0;
    const auto ended = box_.end_turn(processed_, [this](std::uint64_t left) {
      if (closed_) return rest::none;
      if (suspended_) return rest::waits;
      return left == 0 ? rest::none : rest::work;
    });
    scheduled_ = false;
    if (ended.parked) {
      if (ended.closed) --references_;
      return;
    }
    schedule();
    if (idle) yield();
  }

  message* take() {
    if (urgent_first_ || box_.has_priority()) {
      if (!urgent_first_) urgent_first_ = box_.take_priority();
      message* what = urgent_first_;
      urgent_first_ = what->next.load(std::memory_order_relaxed);
      return what;
    }
    return box_.pop();
  }

  // Ends the message: who still touches it is found out.
  std::pair<int, int> consume(message& what) {
    const int sender = what.sender;
    const int nth = what.nth;
    int& next = what.type->urgent ? next_urgent_ : next_of_[sender];
    if (what.type->urgent && next_urgent_ < 0) next = plan_.producers[0] - plan_.urgent;
    check(nth == next, "a message is lost, doubled or out of order");
    ++next;
    what.~message();
    return {sender, nth};
  }

  void handle(message& what) {
    const auto [sender, nth] = consume(what);
    ++handled_;
    if (sender == 0 && nth == plan_.suspended_on) {
      suspended_ = true;
      asked_.put(*this);
    } else {
      ++processed_;
    }
  }

  void run_control(control& node) {
    node.~control();
    ++signals_run_;
    if (suspended_) {
      suspended_ = false;
      ++processed_;  // the message whose handler has ended
    } else if (signals_run_ == 1 && plan_.stops) {
      close();
    } else if (signals_run_ == 1 && plan_.drains) {
      drains_ = true;
    }
  }

  // As actor_cell::close() and discard_mailbox().
  void close() {
    closed_ = true;
    ++references_;  // the schedule's
    box_.close();
    std::uint64_t left = (box_.word(std::memory_order_acquire) & mailbox::count_mask) - processed_;
    while (left > 0) {
      message* what = take();
      if (!what) {
        yield();
        continue;
      }
      consume(*what);
      ++buried_;
      ++processed_;
      --left;
    }
    --references_;  // its own
  }

  const mailbox_plan plan_;
  alignas(message) std::byte places_[senders_max][messages_max][sizeof(message)];
  alignas(control) std::byte control_places_[senders_max][sizeof(control)];
  mailbox box_{ordinary};
  channel<mailbox_case> runs_;   // the run queue
  channel<mailbox_case> asked_;  // to who answers a suspended handler

  // The turn's own; the run queue orders turns
  bool suspended_ = false;
  bool closed_ = false;
  bool drains_ = false;
  std::uint32_t processed_ = 0;
  message* urgent_first_ = nullptr;
  int next_of_[senders_max] = {};
  int next_urgent_ = -1;

  // What is known from outside of the case
  bool scheduled_ = false;
  std::size_t producers_ended_ = 0;
  int pushed_ = 0;
  int accepted_ = 0;
  int refused_ = 0;
  int handled_ = 0;
  int buried_ = 0;
  int signalled_ = 0;
  int signals_run_ = 0;
  int references_ = 1;
};

template <template <class, class, class> class Mailbox>
outcome explore_mailbox(const mailbox_plan& plan, const limits& within = {}) {
  return explore([&] { return std::make_unique<mailbox_case<Mailbox>>(plan); }, within);
}

}  // namespace troupe::model
