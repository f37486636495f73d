// The envelopes of a message M for an actor A: how it is handled, answered and thrown away.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <troupe/batch.hpp>
#include <troupe/detail/cell.hpp>

namespace troupe::detail {

template <class A, class M>
handler_outcome call_handler(actor_cell& cell, M&& message, auto&& on_value) {
  auto& instance = static_cast<A&>(cell.instance());
  using result = handler_result_t<A, M>;
  if constexpr (unwrap_task<result>::is_task) {
    return cell.run_handler(instance.on(std::move(message)).release());
  } else if constexpr (std::is_void_v<result>) {
    instance.on(std::move(message));
    on_value();
    return handler_outcome::finished;
  } else {
    on_value(instance.on(std::move(message)));
    return handler_outcome::finished;
  }
}

/// A message that was told.
template <class A, class M>
struct told final : envelope {
  explicit told(M&& m) : envelope(operations), message(std::move(m)) {}

  static handler_outcome handle(actor_cell& cell, envelope* base) {
    auto* self = static_cast<told*>(base);
    if constexpr (handles_in_batches<A, M>) {
      batch_of<A, M>::add(cell, operations, std::move(self->message));
      delete self;
      return handler_outcome::batched;
    } else {
      return call_handler<A, M>(cell, std::move(self->message), [self](auto&&...) { delete self; });
    }
  }
  static void complete(actor_cell&, envelope* base, std::coroutine_handle<> frame) {
    using promise = task_promise<reply_t<M>>;
    std::coroutine_handle<promise>::from_address(frame.address()).promise().take();
    delete static_cast<told*>(base);
  }
  static void discard(actor_cell&, envelope* base, ask_errc) noexcept {
    delete static_cast<told*>(base);
  }
  static constexpr envelope_type operations{
      &handle, &complete, &discard, type_name<M>(), urgent_message<M>, handles_in_batches<A, M>};

  M message;
};

/// What an asker reads: the request with room for its answer.
template <request M>
struct request_of : request_envelope {
  using reply_type = reply_t<M>;
  using stored_reply = std::conditional_t<std::is_void_v<reply_type>, std::monostate, reply_type>;

  request_of(const envelope_type& of, void (*destroy_self)(request_envelope*) noexcept, M&& m)
      : request_envelope(of, &arrived, destroy_self), message(std::move(m)) {}

  static void arrived(control_node* node, actor_cell& asker_cell) noexcept {
    asker_cell.answer_arrived(static_cast<request_envelope&>(static_cast<request_of&>(*node)));
  }

  M message;
  std::optional<stored_reply> answer;
};

/// A message that was asked.
template <class A, request M>
struct asked final : request_of<M> {
  using base_type = request_of<M>;
  using reply_type = reply_t<M>;

  explicit asked(M&& m) : base_type(operations, &destroy_self, std::move(m)) {}

  static asked* of(envelope* base) noexcept {
    return static_cast<asked*>(static_cast<request_envelope*>(base));
  }
  static void destroy_self(request_envelope* self) noexcept { delete static_cast<asked*>(self); }

  static handler_outcome handle(actor_cell& cell, envelope* base) {
    asked* self = of(base);
    if (self->cancelled.load(std::memory_order_relaxed)) {
      discard(cell, base, ask_errc::cancelled);  // nobody waits for it any more
      return handler_outcome::expired;
    }
    self->picked_up_at.store(cell.about_now().time_since_epoch().count(),
                             std::memory_order_relaxed);
    return call_handler<A, M>(cell, std::move(self->message), [&cell, self](auto&&... value) {
      self->answer.emplace(std::forward<decltype(value)>(value)...);
      self->give_back(cell);
    });
  }
  static void complete(actor_cell& cell, envelope* base, std::coroutine_handle<> frame) {
    asked* self = of(base);
    auto& promise =
        std::coroutine_handle<task_promise<reply_type>>::from_address(frame.address()).promise();
    if constexpr (std::is_void_v<reply_type>) {
      promise.take();
      self->answer.emplace();
    } else {
      self->answer.emplace(promise.take());
    }
    self->give_back(cell);
  }
  static void discard(actor_cell& cell, envelope* base, ask_errc why) noexcept {
    asked* self = of(base);
    self->failure = why;
    self->give_back(cell);
  }
  static constexpr envelope_type operations{&handle, &complete, &discard, type_name<M>(),
                                            urgent_message<M>};
};

/// An exception as a message: handling it throws. For what fails when another message may be
/// running.
template <class M>
struct thrown final : envelope {
  explicit thrown(std::exception_ptr what) noexcept
      : envelope(operations), error(std::move(what)) {}

  static handler_outcome handle(actor_cell&, envelope* base) {
    std::rethrow_exception(static_cast<thrown*>(base)->error);
  }
  static void discard(actor_cell&, envelope* base, ask_errc) noexcept {
    delete static_cast<thrown*>(base);
  }
  static constexpr envelope_type operations{&handle, nullptr, &discard, type_name<M>()};

  std::exception_ptr error;
};

/// What a timer of actor A sends.
template <class A, class M, bool again>
struct timed final : timed_message {
  explicit timed(M&& m) : message(std::move(m)) {}
  envelope* make() override {
    if constexpr (again) {
      return new told<A, M>(M(message));
    } else {
      return new told<A, M>(std::move(message));
    }
  }
  M message;
};

}  // namespace troupe::detail
