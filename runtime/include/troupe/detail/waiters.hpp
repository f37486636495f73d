// Turns that wait for something that another thread brings about: the library's condition variable.
// Not for users.
//
// A waiter_list belongs to what is waited for; an event_wait is awaited by an actor's coroutine.
// The protocol that loses no wake-up: who waits adds itself first and looks at the condition then;
// who changes the condition changes it first and wakes then. Both steps are sequentially
// consistent, so one of the two sees the other.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>

#include <troupe/clock.hpp>
#include <troupe/detail/cell.hpp>

namespace troupe::detail {

/// One wait on a list. Of the two who may end it, the list and the cell that waits, the first one
/// claims it: the list to send it to the cell, or the cell to leave it to the list. So the list may
/// outlive the system of a cell that has given up.
struct wake_up final : control_node {
  wake_up(actor_cell& of, std::uint64_t id) noexcept
      : control_node(&arrive), cell(of), wait_id(id) {}
  static void arrive(control_node* node, actor_cell& waiter) noexcept;

  cell_ptr cell;
  const std::uint64_t wait_id;
  std::atomic<bool> claimed{false};
  wake_up* older = nullptr;
};

/// Any thread, without a lock: adding is one compare-exchange, waking takes the whole list at once.
class waiter_list {
 public:
  waiter_list() noexcept = default;
  waiter_list(const waiter_list&) = delete;
  waiter_list& operator=(const waiter_list&) = delete;
  ~waiter_list() { wake_all(); }

  /// For a wait that `cell` has begun; on its turn.
  wake_up& add(actor_cell& cell, const wait& pending);
  /// Ends the wait of each, as `answered`, in the order they were added.
  void wake_all() noexcept;
  /// The wait has ended in another way; on its cell's turn, once. The node may stay until the next
  /// wake_all(); when `abandoned_max` of them may have, the list is emptied (those who still wait
  /// find that nothing has changed, and add themselves again).
  void abandon(wake_up& node) noexcept;

  static constexpr std::uint32_t abandoned_max = 32;

 private:
  std::atomic<wake_up*> newest_{nullptr};
  std::atomic<std::uint32_t> abandoned_{0};
};

/// `co_await`ed in an actor: goes on when the condition holds, at the deadline, or when the actor
/// is stopping. The list must outlive it.
class event_wait : protected wait {
 public:
  event_wait(const event_wait&) = delete;
  event_wait& operator=(const event_wait&) = delete;

  bool await_ready();
  void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }

 protected:
  /// `within` may be duration::max(): no deadline.
  event_wait(waiter_list& list, troupe::duration within) noexcept : list_(list), within_(within) {}
  ~event_wait() = default;

  virtual bool holds() const noexcept = 0;
  /// answered: the condition holds.
  end how_ended() const noexcept { return how_; }

 private:
  void begin(actor_cell& cell);
  static void ended(wait& base, actor_cell& cell, end how, request_envelope*) noexcept;

  waiter_list& list_;
  troupe::duration within_;
  wake_up* node_ = nullptr;
  std::coroutine_handle<> frame_ = nullptr;
  end how_ = end::answered;
};

}  // namespace troupe::detail
