// What happens when an actor fails: its parent, the supervisor, decides by these rules.
//
// An actor fails when its constructor, a handler or a hook throws, or started() returns an error.
// The message that failed is lost (an ask for it answers `failed`), the mailbox is kept. The rules
// are given with spawn() and run on the supervisor's own turn.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <troupe/clock.hpp>

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

struct failure {
  std::exception_ptr error;  // never null
  std::string what;          // its text, or "unknown exception"
  std::uint64_t actor = 0;
  std::string_view actor_type;  // static storage
  std::string_view message;     // type of the message; "started" and the like for hooks
};

/// Delay before the n-th restart within the window: initial × 2^(n-1), at most `max`, of which the
/// share `jitter` is random.
struct backoff {
  duration initial = std::chrono::milliseconds(10);
  duration max = std::chrono::seconds(5);
  double jitter = 0.2;  // 0..1
};

struct supervision {
  /// Chooses by the kind of error. Default: always restart.
  directive (*decide)(const failure&) = [](const failure&) { return directive::restart; };
  std::uint32_t restarts_max = 3;  // within the window; one more exceeds the limit
  duration window = std::chrono::seconds(10);
  backoff delay{};
  directive when_exceeded = directive::escalate;  // stop or escalate
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
