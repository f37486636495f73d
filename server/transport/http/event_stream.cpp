#include "transport/http/event_stream.hpp"

namespace troupe::http {

std::string to_events(std::string_view lines) {
  constexpr std::string_view field = "data: ";
  std::string events;
  events.reserve(lines.size() + field.size() + 2);
  for (std::size_t at = 0; at <= lines.size();) {
    const std::string_view line = lines.substr(at, lines.find('\n', at) - at);
    events.append(field).append(line).append("\n\n");
    at += line.size() + 1;
  }
  return events;
}

}  // namespace troupe::http
