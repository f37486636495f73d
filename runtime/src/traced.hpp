// A message that carries a correlation id: a second envelope around the first, so that those
// without one are no larger and pay for nothing. It is made where the message is sent, goes through
// the mailbox in its place, and ends with it in a span.
#pragma once

#include <troupe/correlation.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/span.hpp>

namespace troupe::detail {

struct traced final : envelope {
  /// Puts the message in an envelope of what this thread is in, on its way to `target`.
  static envelope* wrap(actor_cell& target, envelope* message);
  /// The message itself; throws the outer envelope away.
  static envelope* unwrap(envelope* wrapped) noexcept;

  static bool is(const envelope& message) noexcept { return message.type->handle == &handle; }
  static const traced& of(const envelope& message) noexcept {
    return static_cast<const traced&>(message);
  }
  /// The type of the message, wrapped or not.
  static const envelope_type& type_of(const envelope& message) noexcept {
    return is(message) ? *of(message).inner->type : *message.type;
  }
  /// The name of a message's type, wrapped or not.
  static std::string_view name(const envelope& message) noexcept {
    return is(message) ? of(message).message : message.type->message;
  }

  envelope* inner;
  const std::string_view message;  // the name of its type
  trace_context context;           // that what its handler sends is in: its own span
  std::uint64_t parent;
  time_point sent;  // where there is a sink; likewise
  time_point picked_up;
  bool began = false;  // its actor has picked it up, and is the only one to touch it

 private:
  traced(system_core& system, envelope* of, const trace_context& sender) noexcept;
  static handler_outcome handle(actor_cell& cell, envelope* base);
  static void complete(actor_cell& cell, envelope* base, std::coroutine_handle<> frame);
  static void discard(actor_cell& cell, envelope* base, ask_errc why) noexcept;
  static void end(actor_cell& cell, traced* self, span_outcome how) noexcept;
  template <bool urgent, bool batched>
  static const envelope_type operations;
  static const envelope_type& operations_for(const envelope_type& of) noexcept;
};

}  // namespace troupe::detail
