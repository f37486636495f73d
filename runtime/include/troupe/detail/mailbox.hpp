// The mailbox of a cell: who may put something in, and who runs the cell next. Not for users.
//
// The schedule word (any thread) holds everything that decides who runs the cell next:
//   count   messages reserved in the mailbox: queued, and the one that runs
//   active  the cell is in a run queue or in a turn; who sets it schedules the cell, exactly once
//   signal  the control list has something
//   held    messages must wait (a handler is suspended, a start or a decision is pending)
//   closed  the actor is gone for good: messages are refused with `stopped`; a closed cell that is
//           active is kept alive by a reference that belongs to the schedule
//   drain   the actor stops once it has handled what it has accepted: messages are refused likewise
// Only a turn clears `active`, and only by a compare-exchange that saw no work left; so a message
// or a signal that comes in between is never missed, and no two workers ever have the cell.
//
// What is scheduled is handed over by a run queue, which releases and acquires: what one turn wrote
// is seen by the next. docs/internals/mailbox.md has the rest; tests/model checks it.
#pragma once

#include <cstdint>

#include <troupe/detail/sync.hpp>

namespace troupe::detail {

/// `Message` has `next`, an atomic pointer, and `type->urgent`; `Control` has `next`, plain.
template <class Message, class Control, class Sync = machine_sync>
class basic_mailbox {
 public:
  // Count in the low bits, then the flags, then how many messages were ever accepted, modulo 2^35:
  // the same compare-exchange that reserves a place counts it.
  static constexpr std::uint64_t count_mask = (1ULL << 24U) - 1;
  static constexpr std::uint64_t active = 1ULL << 24U;
  static constexpr std::uint64_t signalled = 1ULL << 25U;
  static constexpr std::uint64_t held = 1ULL << 26U;
  static constexpr std::uint64_t closed = 1ULL << 27U;
  static constexpr std::uint64_t draining = 1ULL << 28U;
  static constexpr unsigned accepted_shift = 29;
  static constexpr std::uint64_t one_accepted = 1ULL << accepted_shift;

  /// The stub is a message that is never handled.
  template <class... Args>
  explicit basic_mailbox(const Args&... stub) noexcept
      : tail_(&stub_), head_(&stub_), stub_(stub...) {}

  // Any thread ------------------------------------------------------------------------------
  enum class pushed : std::uint8_t {
    accepted,
    accepted_first,  // the caller schedules the cell
    full,            // not taken
    stopped,         // not taken: closed or draining
  };
  pushed push(Message* message, std::uint32_t capacity) noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    std::uint64_t wanted = 0;
    do {
      if (old & (closed | draining)) return pushed::stopped;
      if ((old & count_mask) >= capacity) return pushed::full;
      wanted = (old + one_accepted + 1) | ((old & held) ? 0 : active);
    } while (!word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    if ((old & (active | held | count_mask)) == 0 && !message->type->urgent) {
      // Nothing is queued and nobody runs the cell before it is scheduled: no queue is needed.
      first_ = message;
    } else if (message->type->urgent) {
      push_priority(message);
    } else {
      // The turn knows that a message is coming, and waits for this link.
      Message* previous = tail_.exchange(message, std::memory_order_acq_rel);
      previous->next.store(message, std::memory_order_release);
    }
    return old & (active | held) ? pushed::accepted : pushed::accepted_first;
  }

  enum class woken : std::uint8_t {
    already,
    schedule,         // the caller schedules the cell
    schedule_closed,  // likewise, after it has taken a reference: the schedule's own
  };
  /// Puts a node on the control list.
  woken signal(Control& node) noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    while (!(old & active)) {
      if (!word_.compare_exchange_weak(old, old | active, std::memory_order_acq_rel,
                                       std::memory_order_relaxed)) {
        continue;
      }
      first_control_ = &node;  // nobody runs the cell before it is scheduled
      return old & closed ? woken::schedule_closed : woken::schedule;
    }
    Control* newest = control_.load(std::memory_order_relaxed);
    do {
      node.next = newest;
    } while (!control_.compare_exchange_weak(newest, &node, std::memory_order_acq_rel,
                                             std::memory_order_relaxed));
    return wake();
  }
  /// Has a turn look at the control list and at what else is asked of the cell.
  woken wake() noexcept {
    const std::uint64_t old = word_.fetch_or(signalled | active, std::memory_order_acq_rel);
    if (old & active) return woken::already;
    return old & closed ? woken::schedule_closed : woken::schedule;
  }
  void begin_drain() noexcept { word_.fetch_or(draining, std::memory_order_acq_rel); }

  /// What the flags and the count say now.
  std::uint64_t word(std::memory_order order = std::memory_order_relaxed) const noexcept {
    return word_.load(order);
  }
  std::uint32_t depth() const noexcept { return static_cast<std::uint32_t>(word() & count_mask); }
  /// For a mailbox that keeps its messages elsewhere.
  bool exchange_word(std::uint64_t& old, std::uint64_t wanted) noexcept {
    return word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                       std::memory_order_relaxed);
  }

  // The turn --------------------------------------------------------------------------------
  /// The node that made the cell active; null when something else did.
  Control* take_first_control() noexcept {
    Control* node = first_control_;
    if (node) first_control_ = nullptr;
    return node;
  }
  bool is_signalled() const noexcept { return (word() & signalled) != 0; }
  /// All of the control list, oldest first. What is pushed from here on signals again.
  Control* take_control() noexcept {
    word_.fetch_and(~signalled, std::memory_order_acq_rel);
    Control* newest = control_.exchange(nullptr, std::memory_order_acq_rel);
    Control* oldest = nullptr;
    while (newest) {
      Control* next = newest->next;
      newest->next = oldest;
      oldest = newest;
      newest = next;
    }
    return oldest;
  }

  /// The oldest ordinary message; null when there is none, or a link to it is being made.
  Message* pop() noexcept {
    if (Message* first = first_) {
      first_ = nullptr;
      return first;
    }
    Message* head = head_;
    Message* next = head->next.load(std::memory_order_acquire);
    if (head == &stub_) {
      if (!next) return nullptr;
      head_ = next;
      head = next;
      next = next->next.load(std::memory_order_acquire);
    }
    if (next) {
      head_ = next;
      return head;
    }
    if (head != tail_.load(std::memory_order_acquire)) return nullptr;  // a link is being made
    stub_.next.store(nullptr, std::memory_order_relaxed);
    Message* previous = tail_.exchange(&stub_, std::memory_order_acq_rel);
    previous->next.store(&stub_, std::memory_order_release);
    next = head->next.load(std::memory_order_acquire);
    if (!next) return nullptr;
    head_ = next;
    return head;
  }

  /// A hint.
  bool has_priority() const noexcept {
    return priority_incoming_.load(std::memory_order_relaxed) != nullptr;
  }
  /// All of the priority lane, oldest first.
  Message* take_priority() noexcept {
    Message* newest = priority_incoming_.exchange(nullptr, std::memory_order_acquire);
    Message* oldest = nullptr;
    while (newest) {
      Message* older = newest->next.load(std::memory_order_relaxed);
      newest->next.store(oldest, std::memory_order_relaxed);
      oldest = newest;
      newest = older;
    }
    return oldest;
  }

  /// From now on nothing is accepted.
  void close() noexcept { word_.fetch_or(closed, std::memory_order_acq_rel); }

  /// What a turn that ends leaves behind.
  enum class rest : std::uint8_t {
    work,   // the cell stays active
    none,   // nothing: it becomes idle
    waits,  // messages, if any, must wait: it is held
  };
  struct ended {
    bool parked;  // it is not active any more; whoever makes it so may run it from here on
    bool closed;
  };
  /// Takes the `handled` messages from the count. `rest_of(left)` is asked what the turn leaves
  /// when `left` are counted; once more for each change that comes in between.
  template <class RestOf>
  ended end_turn(std::uint32_t handled, RestOf&& rest_of) noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    for (;;) {
      std::uint64_t wanted = old - handled;
      bool parked = false;
      if (!(old & signalled)) {  // else it stays active: the control list has something
        const rest left = rest_of(wanted & count_mask);
        parked = left != rest::work;
        wanted &= ~(parked ? active | held : held);
        if (left == rest::waits) wanted |= held;
      }
      if (word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
        return {parked, (old & closed) != 0};
      }
    }
  }

 private:
  void push_priority(Message* message) noexcept {
    Message* newest = priority_incoming_.load(std::memory_order_relaxed);
    do {
      message->next.store(newest, std::memory_order_relaxed);
    } while (!priority_incoming_.compare_exchange_weak(newest, message, std::memory_order_release,
                                                       std::memory_order_relaxed));
  }

  template <class T>
  using atomic = typename Sync::template atomic<T>;
  template <class T>
  using plain = typename Sync::template plain<T>;

  // Any thread
  atomic<std::uint64_t> word_{0};
  atomic<Message*> tail_;
  atomic<Message*> priority_incoming_{nullptr};  // newest first
  atomic<Control*> control_{nullptr};            // newest first

  // The message and the control node that made the cell active, where one did: put in by whoever
  // set `active`, before scheduling. Else the turn's own.
  plain<Message*> first_{nullptr};
  plain<Control*> first_control_{nullptr};
  plain<Message*> head_;
  Message stub_;
};

}  // namespace troupe::detail
