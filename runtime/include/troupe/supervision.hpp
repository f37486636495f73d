// What happens when an actor fails: its parent, the supervisor, decides by these rules.
//
// An actor fails when its constructor, a handler or a hook throws, or started() returns an error.
// The message that failed is lost (an ask for it answers `failed`), the mailbox is kept. The rules
// are given with spawn() and run on the failed actor's turn; a supervision_strategy, which a
// supervisor may have for all its children, runs on the supervisor's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/clock.hpp>
#include <troupe/correlation.hpp>

namespace troupe {

/// What the supervisor does with a failed child.
enum class directive : std::uint8_t {
  resume,   // keep the state, go on with the next message (a failed start restarts instead)
  restart,  // a new instance from the arguments of spawn(), after the backoff
  stop,     // stop it
  escalate  // the supervisor fails in turn, with the child's error
};

/// Which children restart when one of them does. Temporary ones among them are stopped instead.
enum class strategy : std::uint8_t {
  one_for_one,  // the failed one alone
  all_for_one,  // all of them
  rest_for_one  // the failed one, and those spawned after it
};

/// What went wrong, as the exception says by its type.
enum class failure_kind : std::uint8_t {
  other,     // any other exception: a bug, or a state that should not be
  timeout,   // timeout_error, or a std::system_error with timed_out
  protocol,  // protocol_error: the other side said what it must not
  fatal      // fatal_error or std::bad_alloc: no use in trying again here
};

class timeout_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class protocol_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class fatal_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

failure_kind kind_of(const std::exception_ptr& error) noexcept;

struct failure {
  std::exception_ptr error;  // never null
  std::string what;          // its text, or "unknown exception"
  std::uint64_t actor = 0;
  std::string_view actor_type;  // static storage
  std::string_view message;     // type of the message; "started" and the like for hooks
  failure_kind kind = failure_kind::other;
  correlation_id correlation{};  // of the message
};

/// A timeout stops, a protocol error restarts, a fatal one escalates; what is left does `others`.
template <directive others>
directive by_kind(const failure& cause) {
  switch (cause.kind) {
    case failure_kind::timeout:
      return directive::stop;
    case failure_kind::protocol:
      return directive::restart;
    case failure_kind::fatal:
      return directive::escalate;
    case failure_kind::other:
      break;
  }
  return others;
}

/// Delay before the n-th restart within the window: initial × 2^(n-1), at most `max`, of which the
/// share `jitter` is random.
struct backoff {
  duration initial = std::chrono::milliseconds(10);
  duration max = std::chrono::seconds(5);
  double jitter = 0.2;  // 0..1
};

struct supervision {
  /// Chooses by the kind of error. By default an exception that does not say its kind restarts: it
  /// says nothing about the state either. by_kind<directive::resume> carries on instead.
  directive (*decide)(const failure&) = &by_kind<directive::restart>;
  std::uint32_t restarts_max = 3;  // within the window; one more exceeds the limit
  duration window = std::chrono::seconds(10);
  backoff delay{};
  directive when_exceeded = directive::escalate;  // stop or escalate
};

/// What a supervision_strategy is told.
struct child_failure {
  struct child {
    std::uint64_t id = 0;
    std::string_view type;  // static storage
  };

  const failure& cause;
  std::span<const time_point> history;  // of this child's failures, this one last
  std::span<const child> children;      // all of the supervisor's, in the order they were spawned

  static constexpr std::size_t history_max = 16;  // the latest ones
};

/// What it decides: for the failed child, and for others. Ids of other actors are ignored.
struct verdict {
  directive what = directive::restart;
  std::vector<std::uint64_t> restart_too{};  // keep their mailboxes, lose their state
  std::vector<std::uint64_t> stop_too{};
};

/// A supervisor's own way to decide, in place of its children's `supervision::decide` and of a
/// `strategy`. The children's limits and backoff hold all the same. It may have a state; it belongs
/// to the supervisor's instance, and to its turn. The failed child handles nothing until it has
/// decided. The list of children is made for each failure: a strategy is for families, not for
/// crowds. One that throws escalates.
class supervision_strategy {
 public:
  virtual ~supervision_strategy() = default;
  virtual verdict decide(const child_failure& failed) = 0;
};

/// The exception with which a supervisor fails when a child's failure escalates.
class child_failed final : public std::exception {
 public:
  explicit child_failed(failure cause);
  const char* what() const noexcept override { return text_.c_str(); }
  const failure& cause() const noexcept { return cause_; }

 private:
  failure cause_;
  std::string text_;
};

/// The error of `started()`: the actor could not start; counts as a failure.
struct start_error {
  std::string what;
};

}  // namespace troupe
