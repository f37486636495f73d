// What a message that is followed carries, and what a thread is in. Not for users.
#pragma once

#include <cstdint>
#include <utility>

namespace troupe::detail {

struct trace_context {
  std::uint64_t correlation = 0;  // 0: not followed
  std::uint64_t span = 0;         // the parent of what is sent
};

/// A copy of what this thread is in; empty when it is in nothing.
trace_context current_context() noexcept;

/// What this thread is in; null for nothing.
extern constinit thread_local const trace_context* current_trace;

/// This thread is in `context`, or in nothing, while the object lives. `context` outlives it.
class trace_scope {
 public:
  explicit trace_scope(const trace_context* context) noexcept
      : outer_(std::exchange(current_trace, context)) {}
  ~trace_scope() { current_trace = outer_; }
  trace_scope(const trace_scope&) = delete;
  trace_scope& operator=(const trace_scope&) = delete;

 private:
  const trace_context* outer_;
};

}  // namespace troupe::detail
