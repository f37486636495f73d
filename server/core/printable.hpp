// printable.hpp — text of unknown origin, made safe to show: in a log line, a terminal, JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::core {

/// A JSON string, quotes included, on one line, whatever comes in. Escaped are quotes, backslashes,
/// control characters, and what is invisible or turns the direction of writing; bytes that are no
/// UTF-8 become U+FFFD. Of a text over `bytes_max` bytes the beginning is kept, and how much more
/// there was is said at its end.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max);

}  // namespace troupe::core
