// send: a tell that waits for room.
//
//   const auto status = co_await send(store, add{7}, 2s);
//
// Suspends the sending actor until its message is in the mailbox; never a thread. Senders that wait
// are let in first come, first served, before later tells. Statuses: accepted; stopped and
// no_such_actor as for tell; mailbox_full when the deadline came first, when waiting would close a
// cycle of actors that wait for each other, or when this actor is stopping. A mailbox that drops
// (overflow::drop_newest, drop_oldest) is never waited for.
#pragma once

#include <coroutine>
#include <utility>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/envelopes.hpp>
#include <troupe/ref.hpp>

namespace troupe {
namespace detail {

/// A message that waits for room, at its target; comes back to the sender when it is in, or not.
struct blocked_send final : control_node {
  blocked_send(actor_cell& from, envelope* carried) noexcept
      : control_node(&arrive), sender(from), message(carried) {}
  static void arrive(control_node* node, actor_cell& target) noexcept;
  static void come_back(control_node* node, actor_cell& sender) noexcept;

  cell_ptr sender;
  envelope* message;
  std::uint64_t wait_id = 0;
  tell_status status = tell_status::mailbox_full;
  std::atomic<bool> abandoned{false};  // the sender has given up: the message is not to be let in
};

class [[nodiscard("nothing is sent until it is awaited")]] send_operation final : wait {
 public:
  send_operation(cell_ptr target, envelope* message, duration within) noexcept
      : target_(std::move(target)), message_(message), within_(within) {}
  send_operation(send_operation&& other) noexcept
      : target_(std::move(other.target_)),
        message_(std::exchange(other.message_, nullptr)),
        within_(other.within_) {}
  send_operation& operator=(send_operation&&) = delete;
  ~send_operation();

  bool await_ready();
  void await_suspend(std::coroutine_handle<> frame) noexcept { frame_ = frame; }
  tell_status await_resume() const noexcept { return status_; }

 private:
  friend struct blocked_send;

  cell_ptr target_;
  envelope* message_;
  duration within_;
  std::coroutine_handle<> frame_ = nullptr;
  blocked_send* waiting_ = nullptr;  // at the target
  tell_status status_ = tell_status::mailbox_full;
};

}  // namespace detail

/// See the top of this file. Awaited by a handler of an actor.
template <class A, class M>
detail::send_operation send(const ref<A>& target, M message, duration within) {
  if constexpr (detail::check_handler<A, M>()) {
    return {target.cell(), target ? new detail::told<A, M>(std::move(message)) : nullptr, within};
  }
}

}  // namespace troupe
