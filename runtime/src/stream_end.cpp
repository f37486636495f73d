#include <troupe/stream_end.hpp>

namespace troupe {

std::string_view to_string(stream_reason reason) noexcept {
  switch (reason) {
    case stream_reason::completed:
      return "completed";
    case stream_reason::cancelled:
      return "cancelled";
    case stream_reason::failed:
      return "failed";
    case stream_reason::stopped:
      return "stopped";
    case stream_reason::idle_timeout:
      return "idle_timeout";
    case stream_reason::would_deadlock:
      return "would_deadlock";
    case stream_reason::mailbox_full:
      return "mailbox_full";
    case stream_reason::no_such_actor:
      return "no_such_actor";
    case stream_reason::too_many_streams:
      return "too_many_streams";
  }
  return "unknown";
}

std::string stream_end::describe() const {
  std::string text(to_string(reason));
  text += by == stream_side::reader ? ": the reader " : ": the writer ";
  text +=
      actor == 0 ? "of an empty reference" : std::string(actor_type) + "#" + std::to_string(actor);
  text += " ended " + std::string(message) + " after " + std::to_string(items) + " items";
  if (!cycle.empty()) text += ": " + cycle;
  return text;
}

}  // namespace troupe
