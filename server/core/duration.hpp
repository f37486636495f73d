// duration.hpp — durations as operators write them: "25s", "300ms", "720h", "1h30m", "1.5s".
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace troupe::core {

enum class duration_errc {
  malformed,     // not a sequence of number and unit
  unknown_unit,  // units are h, m, s, ms
  too_large,     // does not fit in milliseconds
  too_fine,      // not a whole number of milliseconds
};

/// Numbers with units, largest first by custom only; a fraction is allowed ("1.5h"); "0" needs no
/// unit. Nothing is negative. us, µs and ns are read when they add up to whole milliseconds.
[[nodiscard]] std::expected<std::chrono::milliseconds, duration_errc> parse_duration(
    std::string_view text);

/// The shortest text that parse_duration reads back: "25s", "1h30m", "1500ms", "0s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace troupe::core
