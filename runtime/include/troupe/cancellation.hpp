// cancellation: one signal that ends many waits.
//
//   cancellation_source source;                                        // kept by who may cancel
//   co_await cancellable(source.token(), account.ask(deposit{5}, 1h)); // ask_errc::cancelled
//   co_await cancellable(source.token(), sleep(1h));                   // false
//   source.cancel();                                                   // from any thread
//
// A token is cheap to copy and may travel in messages. Cancelling is once and for all; a wait that
// begins later ends at once. An ask that is cancelled is removed if it is still queued and is never
// interrupted while it runs, as after a timeout. A wait that has its answer when the signal comes
// keeps it. A source that goes without cancel() leaves its tokens as they are.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <troupe/ask_error.hpp>
#include <troupe/detail/cell.hpp>

namespace troupe {
namespace detail {

class cancellation_state;

/// One wait that a signal ends. On the state's list until the signal or the end of the wait.
class cancellation_entry;

/// Keeps a wait on a token's list for as long as it exists. Belongs to the turn that waits.
class cancellation_registration {
 public:
  /// The wait has begun, on this turn.
  cancellation_registration(std::shared_ptr<cancellation_state> state, std::uint64_t wait_id);
  cancellation_registration(const cancellation_registration&) = delete;
  cancellation_registration& operator=(const cancellation_registration&) = delete;
  ~cancellation_registration();

 private:
  std::shared_ptr<cancellation_state> state_;
  std::shared_ptr<cancellation_entry> entry_;
};

}  // namespace detail

/// Any thread. A default token is never cancelled.
class cancellation_token {
 public:
  cancellation_token() noexcept = default;
  bool cancelled() const noexcept;

  /// For the library.
  explicit cancellation_token(std::shared_ptr<detail::cancellation_state> state) noexcept
      : state_(std::move(state)) {}
  const std::shared_ptr<detail::cancellation_state>& state() const noexcept { return state_; }

 private:
  std::shared_ptr<detail::cancellation_state> state_;
};

/// Any thread.
class cancellation_source {
 public:
  cancellation_source();
  cancellation_token token() const noexcept { return cancellation_token(state_); }
  /// Ends every wait on its tokens. True for the first call.
  bool cancel() noexcept;

 private:
  std::shared_ptr<detail::cancellation_state> state_;
};

namespace detail {

template <class Operation>
class [[nodiscard("nothing happens until it is awaited")]] cancellable_operation {
 public:
  cancellable_operation(cancellation_token token, Operation&& operation)
      : token_(std::move(token)), operation_(std::move(operation)) {}

  bool await_ready() {
    if (token_.cancelled()) {
      operation_.decline(actor_cell::current(), ask_errc::cancelled);
      return true;
    }
    if (operation_.await_ready()) return true;
    if (token_.state()) registration_.emplace(token_.state(), operation_.wait_id());
    return false;
  }
  void await_suspend(std::coroutine_handle<> frame) noexcept { operation_.await_suspend(frame); }
  decltype(auto) await_resume() {
    registration_.reset();
    return operation_.await_resume();
  }

 private:
  cancellation_token token_;
  Operation operation_;
  std::optional<cancellation_registration> registration_;
};

template <class Operation>
concept cancellable_wait = requires(Operation& operation, actor_cell& cell) {
  operation.decline(cell, ask_errc::cancelled);
  { operation.wait_id() } -> std::same_as<std::uint64_t>;
};

}  // namespace detail

/// An ask or a sleep that also ends when the token is cancelled; see the top of this file.
template <detail::cancellable_wait Operation>
detail::cancellable_operation<Operation> cancellable(cancellation_token token,
                                                     Operation operation) {
  return {std::move(token), std::move(operation)};
}

}  // namespace troupe
