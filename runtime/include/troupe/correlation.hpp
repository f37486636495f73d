// Correlation: an id that travels with messages, so that what one request has caused can be found
// again in every actor it went through.
//
//   const troupe::with_correlation scope(troupe::correlation_id{request_number});
//   account.tell(deposit{5});   // everything that is sent on in consequence carries the id
//
// The edge of the system sets it. While a message that carries an id is handled, whatever the
// handler sends carries it too: tells, sends, asks, opened streams, piped answers and items,
// timers. It is in `failure`, in `actor_status` and in spans (span.hpp). A message without an id
// pays nothing for this; one with an id is a second, small allocation.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include <troupe/detail/trace.hpp>

namespace troupe {

/// Chosen by the edge: unique for as long as anybody looks for it. 0: none.
struct correlation_id {
  std::uint64_t value = 0;
  explicit operator bool() const noexcept { return value != 0; }
  friend auto operator<=>(correlation_id, correlation_id) = default;
};

/// 16 hexadecimal digits.
std::string to_string(correlation_id id);

/// The id of the scope or message this thread is in; none elsewhere. Any thread: for log records.
correlation_id correlation() noexcept;

/// What this thread sends carries the id while the object lives. In a handler that suspends, the
/// scope ends at the next co_await: then the id is again that of the message.
class [[nodiscard("the id is set for as long as this object lives")]] with_correlation {
 public:
  /// `parent` is the span this belongs to, where one was begun elsewhere; see span.hpp.
  explicit with_correlation(correlation_id id, std::uint64_t parent = 0) noexcept
      : context_{id.value, parent}, scope_(id ? &context_ : nullptr) {}
  with_correlation(const with_correlation&) = delete;
  with_correlation& operator=(const with_correlation&) = delete;

 private:
  const detail::trace_context context_;
  const detail::trace_scope scope_;
};

}  // namespace troupe
