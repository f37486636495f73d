// on_batch: messages that are cheaper to handle many at a time.
//
//   class writer final : public troupe::actor {
//    public:
//     void on_batch(std::span<row> rows);      // or task<>
//     flush::reply on(flush);                  // other messages as ever
//   };
//   system.spawn<writer>(troupe::spawn_options{.batch = {.messages_max = 500, .within = 5ms}});
//
// Order. A batch holds messages in the order they came, and it is handled before any message that
// came after them: a message of another type ends it early, so who asks sees what was told before.
// What the actor sends itself, and urgent messages, do not end it: they overtake all others anyway.
//
// Capacity and accounting. A message that waits in a batch is still queued. It is handled, or it
// has failed, with its batch: when on_batch throws, all of its messages have failed. The span, and
// the messages in it, live until on_batch returns, or its task has ended; they may be moved from.
//
// The end. A restart keeps the batch that is being collected, as it keeps the mailbox; a stop makes
// it dead letters; a drain handles it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <troupe/detail/cell.hpp>
#include <troupe/message.hpp>

namespace troupe::detail {

/// The batch of one message type, of one actor: collected, then run like a message.
struct batch_base : envelope {
  batch_base(const envelope_type& of, const envelope_type& items) noexcept
      : envelope(of), item(&items) {}
  virtual ~batch_base() = default;
  virtual void clear() noexcept = 0;

  const envelope_type* item;       // the type of the messages that join
  std::uint32_t size = 0;          // 0 when it is not being collected, and does not run
  std::uint32_t from_mailbox = 0;  // of these; the others the actor has sent itself
  time_point due{};
  std::unique_ptr<batch_base> other;  // of another type
};

template <class A, class M>
struct batch_of final : batch_base {
  explicit batch_of(const envelope_type& items) noexcept : batch_base(operations, items) {}
  void clear() noexcept override { messages.clear(); }

  static void add(actor_cell& cell, const envelope_type& items, M&& message) {
    batch_base* base = cell.find_batch(items);
    if (!base) base = &cell.keep_batch(std::make_unique<batch_of>(items));
    static_cast<batch_of*>(base)->messages.push_back(std::move(message));
    cell.joined(*base);
  }

  static handler_outcome handle(actor_cell& cell, envelope* base) {
    auto* self = static_cast<batch_of*>(base);
    auto& instance = static_cast<A&>(cell.instance());
    const std::span<M> all(self->messages);
    if constexpr (unwrap_task<decltype(instance.on_batch(all))>::is_task) {
      return cell.run_handler(instance.on_batch(all).release());
    } else {
      instance.on_batch(all);
      cell.end_batch(*self, true);
      return handler_outcome::finished;
    }
  }
  static void complete(actor_cell& cell, envelope* base, std::coroutine_handle<> frame) {
    std::coroutine_handle<task_promise<void>>::from_address(frame.address()).promise().take();
    cell.end_batch(*static_cast<batch_of*>(base), true);
  }
  static void discard(actor_cell& cell, envelope* base, ask_errc) noexcept {
    cell.end_batch(*static_cast<batch_of*>(base), false);
  }
  static constexpr envelope_type operations{&handle, &complete, &discard, type_name<M>()};

  std::vector<M> messages;
};

}  // namespace troupe::detail
