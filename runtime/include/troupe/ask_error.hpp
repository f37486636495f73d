// Why an ask has no answer, and how that is reported beside the answer's own error.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <troupe/clock.hpp>
#include <troupe/message.hpp>

namespace troupe {

enum class ask_errc : std::uint8_t {
  timeout,         // no answer within the deadline; the handler may still run, or have run
  mailbox_full,    // refused at once: the mailbox is at its capacity
  no_such_actor,   // the reference is empty
  stopped,         // the actor has stopped, or stopped before it came to the message
  failed,          // the handler threw; its supervisor has been told
  cancelled,       // the asking actor is stopping
  would_deadlock,  // waiting would close a cycle of waiting actors
  node_lost,       // reserved: the actor's node went away
  outcome_unknown  // reserved: the node went away while the handler may have run
};

/// "timeout", "mailbox_full", …
std::string_view to_string(ask_errc code) noexcept;

struct ask_error {
  ask_errc code{};
  std::uint64_t actor = 0;      // id of the actor that was asked; 0 for an empty reference
  std::string_view actor_type;  // static storage
  std::string_view message;     // type of the message; static storage
  duration in_mailbox{};        // how long it waited to be picked up
  duration in_handler{};        // how long the handler had been running when the wait ended
  std::string cycle;            // would_deadlock: "a#1 -> b#2 -> a#1"; else empty

  /// "timeout: account#7 did not answer deposit (0.2 ms in the mailbox, 2000 ms in the handler)"
  std::string describe() const;

  friend bool operator==(const ask_error& left, ask_errc right) noexcept {
    return left.code == right;
  }
};

/// The error of an ask whose reply is itself an expected: either the ask failed, or the actor
/// answered with an error of its own.
template <class E>
class ask_failure {
 public:
  ask_failure(ask_error error) : cause_(std::in_place_index<0>, std::move(error)) {}  // NOLINT
  static ask_failure answered(E error) { return ask_failure(answer_tag{}, std::move(error)); }

  /// Why there was no answer; null when there was one.
  const ask_error* no_answer() const noexcept { return std::get_if<0>(&cause_); }
  /// The error that the actor answered; null when there was no answer.
  const E* answer() const noexcept { return std::get_if<1>(&cause_); }

  friend bool operator==(const ask_failure& failure, ask_errc code) noexcept {
    return failure.no_answer() && failure.no_answer()->code == code;
  }

 private:
  struct answer_tag {};
  ask_failure(answer_tag, E error) : cause_(std::in_place_index<1>, std::move(error)) {}

  std::variant<ask_error, E> cause_;
};

namespace detail {

template <class R>
struct flatten_reply {
  using type = std::expected<R, ask_error>;
};
template <class T, class E>
struct flatten_reply<std::expected<T, E>> {
  using type = std::expected<T, ask_failure<E>>;
};

}  // namespace detail

/// What asking for M gives: expected<reply, ask_error>, or expected<T, ask_failure<E>> when the
/// reply is an expected<T, E>.
template <request M>
using ask_result = typename detail::flatten_reply<reply_t<M>>::type;

}  // namespace troupe
