// ref<A>: how one actor is reached. Cheap to copy, safe to keep, valid across restarts.
//
// A reference does not keep its actor running: once the actor has stopped, a tell becomes a dead
// letter and an ask fails at once. Any thread may tell; asking suspends, so it needs an actor's
// coroutine (from elsewhere: system::ask).
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include <troupe/detail/ask.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/envelopes.hpp>
#include <troupe/detail/stream_request.hpp>
#include <troupe/stream.hpp>

namespace troupe {

template <class A>
class ref {
 public:
  ref() noexcept = default;  // empty: no_such_actor

  /// An actor may be referred to as a base class of it, and then handles what the base handles.
  template <std::derived_from<A> Derived>
  ref(const ref<Derived>& other) noexcept : cell_(other.cell()) {}  // NOLINT: an upcast

  /// Puts the message in the mailbox; never waits. Messages of one sender arrive in this order.
  /// A refusal (mailbox_full, stopped, no_such_actor) is counted by the system; the message is
  /// gone.
  template <class M>
  tell_status tell(M message) const {
    if constexpr (detail::check_handler<A, M>()) {
      if (!cell_) return tell_status::no_such_actor;
      auto* envelope = new detail::told<A, M>(std::move(message));
      const tell_status status = cell_->push(envelope);
      if (status != tell_status::accepted && status != tell_status::dropped) delete envelope;
      return status;
    }
  }

  /// `co_await ref.ask(M{…}, 2s)` gives ask_result<M>. The message leaves when it is awaited.
  /// Errors: see ask_errc. After a timeout the request is removed if it is still queued; a handler
  /// that runs is not interrupted, its late answer is dropped.
  /// Deadlines below a second are never early; longer ones may be so by about 10 ms.
  template <request M>
  detail::ask_operation<M> ask(M message, duration deadline) const {
    if constexpr (detail::check_handler<A, M>()) {
      return detail::ask_operation<M>(
          cell_, cell_ ? new detail::asked<A, M>(std::move(message)) : nullptr, deadline);
    }
  }

  /// Opens a stream of M::item; see stream.hpp. For an actor, on its turn; never waits. Where the
  /// request is refused, the reader's end() says why at once.
  template <stream_request M>
  stream_reader<item_t<M>> open(M message, const stream_options& options = {}) const {
    if constexpr (detail::check_stream_handler<A, M>()) {
      return detail::open_stream<A, M>(cell_, std::move(message), options);
    }
  }

  /// Stops the actor after the message it handles now; queued messages become dead letters, queued
  /// asks fail with `stopped`. Never stuck behind a backlog.
  void stop() const {
    if (cell_) cell_->request_stop(stop_reason::stopped);
  }

  /// stop_mode::now is stop(). stop_mode::drain lets the actor handle what it has accepted by now;
  /// what comes later is refused as `stopped`. Asks that it has piped are waited for, timers are
  /// not. Then its children drain, and it stops after them. What is left after `within` becomes
  /// dead letters, as with stop().
  void stop(stop_mode how, duration within = duration::max()) const {
    if (how == stop_mode::now) return stop();
    if (cell_) cell_->request_drain(stop_reason::stopped, within);
  }

  /// Unique in the system, never used again; 0 for an empty reference.
  std::uint64_t id() const noexcept { return cell_ ? cell_->id() : 0; }
  std::string_view type() const noexcept { return cell_ ? cell_->type().name : ""; }
  /// Messages queued, with the one that runs. A snapshot.
  std::uint32_t mailbox_depth() const noexcept { return cell_ ? cell_->depth() : 0; }
  explicit operator bool() const noexcept { return static_cast<bool>(cell_); }

  friend bool operator==(const ref& left, const ref& right) noexcept {
    return left.cell_.get() == right.cell_.get();
  }
  friend auto operator<=>(const ref& left, const ref& right) noexcept {
    return left.id() <=> right.id();
  }

  /// For the library.
  explicit ref(detail::cell_ptr cell) noexcept : cell_(std::move(cell)) {}
  const detail::cell_ptr& cell() const noexcept { return cell_; }

 private:
  detail::cell_ptr cell_;
};

}  // namespace troupe

template <class A>
struct std::hash<troupe::ref<A>> {
  std::size_t operator()(const troupe::ref<A>& key) const noexcept {
    return std::hash<std::uint64_t>{}(key.id());
  }
};
