#include <troupe/journal.hpp>

namespace troupe {

std::string_view to_string(journal_errc code) noexcept {
  switch (code) {
    case journal_errc::unavailable:
      return "unavailable";
    case journal_errc::overloaded:
      return "overloaded";
    case journal_errc::conflict:
      return "conflict";
    case journal_errc::corrupt:
      return "corrupt";
    case journal_errc::unknown_version:
      return "unknown_version";
    case journal_errc::too_large:
      return "too_large";
    case journal_errc::cancelled:
      return "cancelled";
  }
  return "unknown";
}

namespace detail {
namespace {

bool is_name(std::string_view text, std::size_t bytes_max) noexcept {
  return !text.empty() && text.size() <= bytes_max;
}

}  // namespace

bool is_stream_key(std::string_view stream) noexcept {
  return is_name(stream, journal_limits::key_bytes_max);
}

bool within_limits(const journal_append& what) noexcept {
  if (!is_stream_key(what.stream)) return false;
  if (what.events.size() > journal_limits::events_max) return false;
  std::size_t bytes = 0;
  for (const journal_event& each : what.events) {
    if (!is_name(each.type, journal_limits::key_bytes_max)) return false;
    bytes += each.data.size();
  }
  if (what.answer) {
    if (!is_name(what.answer->command, journal_limits::command_bytes_max)) return false;
    if (what.answers_count_max == 0) return false;
    if (what.answers_count_max > journal_limits::answers_max) return false;
    if (what.answer->data.size() > journal_limits::answer_bytes_max) return false;
  }
  if (bytes > journal_limits::append_bytes_max) return false;
  return !what.state || (what.events.empty() && within_limits(what.stream, *what.state));
}

bool within_limits(std::string_view stream, const journal_snapshot& snapshot) noexcept {
  return is_stream_key(stream) && is_name(snapshot.type, journal_limits::key_bytes_max) &&
         snapshot.data.size() <= journal_limits::snapshot_bytes_max;
}

}  // namespace detail
}  // namespace troupe
