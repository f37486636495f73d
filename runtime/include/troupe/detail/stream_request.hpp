// The envelope of a stream request M for an actor A, and how ref opens it. Not for users.
#pragma once

#include <type_traits>
#include <utility>

#include <troupe/stream.hpp>

namespace troupe::detail {

template <class A, class M>
using stream_handler_result_t = decltype(std::declval<A&>().on(
    std::declval<exactly<M>&>(), std::declval<exactly<stream_writer<item_t<M>>>&>()));

// As check_handler: the error names actor and request in its first line.
template <class A, class M>
consteval bool check_stream_handler() {
  static_assert(message<M>, "a message is a plain struct, passed by value");
  static_assert(streams<A, M>,
                "this actor does not answer this request with a stream: it has no public "
                "on(M, stream_writer<M::item>) for exactly it");
  if constexpr (streams<A, M>) {
    using result = typename unwrap_task<stream_handler_result_t<A, M>>::type;
    static_assert(std::is_void_v<result>, "on(M, stream_writer) must return void or task<>");
    return std::is_void_v<result>;
  }
  return false;
}

/// Runs the handler to its end, its parameters included: what is left of the writer goes with them.
template <class A, class M>
task<> run_stream_handler(A& instance, M message, stream_writer<item_t<M>> out,
                          core_ptr<stream_state<item_t<M>>> state) {
  co_await instance.on(std::move(message), std::move(out));
  state->handler_finished();
}

template <class A, stream_request M>
struct opened final : envelope {
  using state_ptr = core_ptr<stream_state<item_t<M>>>;

  opened(M&& m, state_ptr of) : envelope(operations), message(std::move(m)), state(std::move(of)) {}

  static opened* of(envelope* base) noexcept { return static_cast<opened*>(base); }

  static handler_outcome handle(actor_cell& cell, envelope* base) {
    opened* self = of(base);
    if (self->state->ended_by_reader()) {
      delete self;
      return handler_outcome::expired;
    }
    if (!self->state->attach_writer(credit_message())) {
      self->state->end(stream_side::writer, stream_reason::too_many_streams);
      delete self;
      return handler_outcome::finished;
    }
    auto& instance = static_cast<A&>(cell.instance());
    stream_writer<item_t<M>> out(self->state);
    if constexpr (unwrap_task<stream_handler_result_t<A, M>>::is_task) {
      return cell.run_handler(
          run_stream_handler<A, M>(instance, std::move(self->message), std::move(out), self->state)
              .release());
    } else {
      instance.on(std::move(self->message), std::move(out));
      self->state->handler_finished();
      delete self;
      return handler_outcome::finished;
    }
  }
  static void complete(actor_cell&, envelope* base, std::coroutine_handle<> frame) {
    std::coroutine_handle<task_promise<void>>::from_address(frame.address()).promise().take();
    delete of(base);
  }
  // Any thread, where the mailbox drops a request that was never picked up.
  static void discard(actor_cell&, envelope* base, ask_errc why) noexcept {
    opened* self = of(base);
    const stream_reason reason = reason_of(why);
    if (self->state->picked_up()) {
      self->state->handler_aborted(reason);
    } else {
      self->state->end(stream_side::writer, reason);
    }
    delete self;
  }
  static constexpr envelope_type operations{&handle, &complete, &discard, type_name<M>(),
                                            urgent_message<M>};

  static constexpr stream_reason reason_of(ask_errc why) noexcept {
    if (why == ask_errc::failed) return stream_reason::failed;
    return why == ask_errc::mailbox_full ? stream_reason::mailbox_full : stream_reason::stopped;
  }
  static stream_core::credit_message credit_message() noexcept {
    if constexpr (handles<A, stream_credit>) {
      return [](std::uint64_t stream, std::uint32_t items) -> envelope* {
        return new told<A, stream_credit>({stream, items});
      };
    } else {
      return nullptr;
    }
  }

  M message;
  state_ptr state;
};

template <class A, stream_request M>
stream_reader<item_t<M>> open_stream(const cell_ptr& target, M&& message,
                                     const stream_options& options) {
  using state_type = stream_state<item_t<M>>;
  auto* made = new state_type(actor_cell::current(), target, options.window, options.idle_timeout,
                              type_name<M>());
  core_ptr<state_type> state(*made);
  made->release();  // the first reference
  state->attach_reader();
  stream_reader<item_t<M>> reader(state);
  if (!target) {
    state->end(stream_side::writer, stream_reason::no_such_actor);
    return reader;
  }
  auto* envelope = new opened<A, M>(std::move(message), state);
  const tell_status status = target->push(envelope);
  if (status != tell_status::accepted && status != tell_status::dropped) {
    delete envelope;
    state->end(stream_side::writer, status == tell_status::mailbox_full
                                        ? stream_reason::mailbox_full
                                        : stream_reason::stopped);
  }
  return reader;
}

/// Makes the items of `reader` messages of A, and its end one.
template <class A, class T, class Item, class End>
void pipe_stream(const stream_reader<T>& reader, Item map, End map_end) {
  using item_message = std::invoke_result_t<Item&, T>;
  using end_message = std::invoke_result_t<End&, stream_end>;
  if constexpr (check_handler<A, item_message>() && check_handler<A, end_message>()) {
    stream_state<T>* state = reader.state().get();  // which keeps these functions
    state->deliver_as(
        [state, map = std::move(map)](T&& item) mutable -> envelope* {
          return new streamed<A, T, item_message, true>(core_ptr<stream_state<T>>(*state),
                                                        map(std::move(item)));
        },
        [state, map_end = std::move(map_end)](stream_end end) mutable -> envelope* {
          return new streamed<A, T, end_message, false>(core_ptr<stream_state<T>>(*state),
                                                        map_end(std::move(end)));
        });
  }
}

}  // namespace troupe::detail
