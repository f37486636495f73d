#include <array>
#include <cstdio>
#include <utility>

#include <troupe/correlation.hpp>

#include "executor.hpp"
#include "system_core.hpp"
#include "traced.hpp"

namespace troupe {

std::string to_string(correlation_id id) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(id.value));
  return text.data();
}

correlation_id correlation() noexcept {
  return {detail::current_context().correlation};
}

std::string_view to_string(span_outcome outcome) noexcept {
  switch (outcome) {
    case span_outcome::handled:
      return "handled";
    case span_outcome::failed:
      return "failed";
    case span_outcome::expired:
      return "expired";
    case span_outcome::dead_letter:
      return "dead_letter";
  }
  return "unknown";
}

namespace detail {

constinit thread_local const trace_context* current_trace = nullptr;

trace_context current_context() noexcept {
  return current_trace ? *current_trace : trace_context{};
}

template <bool urgent, bool batched>
constexpr envelope_type traced::operations{&handle, &complete, &discard, "traced", urgent, batched};

const envelope_type& traced::operations_for(const envelope_type& of) noexcept {
  if (of.urgent) return of.batched ? operations<true, true> : operations<true, false>;
  return of.batched ? operations<false, true> : operations<false, false>;
}

traced::traced(system_core& system, envelope* of, const trace_context& sender) noexcept
    : envelope(operations_for(*of->type)),
      inner(of),
      message(of->type->message),
      context{sender.correlation, system.next_span()},
      parent(sender.span) {
  if (system.spans()) sent = system.runs().stamp();
}

envelope* traced::wrap(actor_cell& target, envelope* message) {
  return new traced(target.system(), message, *current_trace);
}

envelope* traced::unwrap(envelope* wrapped) noexcept {
  auto* self = static_cast<traced*>(wrapped);
  envelope* message = self->inner;
  delete self;
  return message;
}

handler_outcome traced::handle(actor_cell& cell, envelope* base) {
  auto* self = static_cast<traced*>(base);
  self->began = true;
  cell.current_ = self->inner->type;
  cell.correlation_ = self->context.correlation;
  if (cell.system().spans()) self->picked_up = cell.system().runs().stamp();
  const trace_scope scope(&self->context);
  const handler_outcome how = self->inner->type->handle(cell, self->inner);
  // A suspended handler may have ended already, and this envelope with it.
  if (how == handler_outcome::finished || how == handler_outcome::batched) {
    end(cell, self, span_outcome::handled);
  }
  if (how == handler_outcome::expired) end(cell, self, span_outcome::expired);
  return how;
}

void traced::complete(actor_cell& cell, envelope* base, std::coroutine_handle<> frame) {
  auto* self = static_cast<traced*>(base);
  self->inner->type->complete(cell, self->inner, frame);
  end(cell, self, span_outcome::handled);
}

// What had begun has failed; what had not may come here on any thread.
void traced::discard(actor_cell& cell, envelope* base, ask_errc why) noexcept {
  auto* self = static_cast<traced*>(base);
  self->inner->type->discard(cell, self->inner, why);
  end(cell, self, self->began ? span_outcome::failed : span_outcome::dead_letter);
}

void traced::end(actor_cell& cell, traced* self, span_outcome how) noexcept {
  if (self->began) {
    cell.correlation_ = 0;
    // What is destroyed with the handler's frame may still send.
    if (current_trace == &self->context) current_trace = nullptr;
  }
  if (span_sink* sink = cell.system().spans()) {
    const time_point now = cell.system().runs().stamp();
    const time_point picked_up = self->began ? self->picked_up : now;
    sink->record({.correlation = {self->context.correlation},
                  .id = self->context.span,
                  .parent = self->parent,
                  .actor = cell.id(),
                  .actor_type = cell.type().name,
                  .message = self->message,
                  .sent = self->sent,
                  .queued = picked_up - self->sent,
                  .took = now - picked_up,
                  .outcome = how});
  }
  delete self;
}

// ---- the cell's part ------------------------------------------------------------------------

tell_status actor_cell::push_traced(envelope* message) noexcept {
  envelope* wrapped = traced::wrap(*this, message);
  const tell_status status = push_untraced(wrapped);
  if (status != tell_status::accepted && status != tell_status::dropped) traced::unwrap(wrapped);
  return status;
}

const trace_context* actor_cell::running_context() const noexcept {
  return running_ && traced::is(*running_) ? &traced::of(*running_).context : nullptr;
}

}  // namespace detail
}  // namespace troupe
