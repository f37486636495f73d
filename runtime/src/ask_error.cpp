#include <array>
#include <cstdio>

#include <troupe/ask_error.hpp>
#include <troupe/detail/ask.hpp>
#include <troupe/detail/cell.hpp>

namespace troupe {

std::string_view to_string(ask_errc code) noexcept {
  switch (code) {
    case ask_errc::timeout:
      return "timeout";
    case ask_errc::mailbox_full:
      return "mailbox_full";
    case ask_errc::no_such_actor:
      return "no_such_actor";
    case ask_errc::stopped:
      return "stopped";
    case ask_errc::failed:
      return "failed";
    case ask_errc::cancelled:
      return "cancelled";
    case ask_errc::would_deadlock:
      return "would_deadlock";
    case ask_errc::node_lost:
      return "node_lost";
    case ask_errc::outcome_unknown:
      return "outcome_unknown";
  }
  return "unknown";
}

std::string ask_error::describe() const {
  const auto milliseconds = [](duration length) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms",
                  std::chrono::duration<double, std::milli>(length).count());
    return std::string(text.data());
  };
  std::string who =
      actor == 0 ? "an empty reference" : std::string(actor_type) + "#" + std::to_string(actor);
  if (code == ask_errc::would_deadlock) {
    return "would_deadlock: asking " + who + " for " + std::string(message) +
           " would never be answered" + (cycle.empty() ? "" : ": " + cycle);
  }
  return std::string(to_string(code)) + ": " + who + " did not answer " + std::string(message) +
         " (" + milliseconds(in_mailbox) + " in the mailbox, " + milliseconds(in_handler) +
         " in the handler)";
}

namespace detail {

ask_error make_ask_error(ask_errc code, const actor_cell* target, const request_envelope* request,
                         std::string_view message, time_point asked_at, time_point now) noexcept {
  ask_error error;
  error.code = code;
  error.message = message;
  if (target) {
    error.actor = target->id();
    error.actor_type = target->type().name;
  }
  if (request) {
    const auto picked_up = request->picked_up_at.load(std::memory_order_relaxed);
    const time_point began = picked_up ? time_point(duration(picked_up)) : now;
    error.in_mailbox = std::max(began - asked_at, duration::zero());
    error.in_handler = std::max(now - began, duration::zero());
  }
  return error;
}

}  // namespace detail
}  // namespace troupe
