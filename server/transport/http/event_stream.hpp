// event_stream.hpp — server-sent events (HTML standard, section 9.2).
#pragma once

#include <string>
#include <string_view>

namespace troupe::http {

/// One event for each line of `lines`, which hold no carriage return.
std::string to_events(std::string_view lines);

}  // namespace troupe::http
