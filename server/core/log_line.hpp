// log_line.hpp — an event and its fields as one line of text: `info  listening address=127.0.0.1`.
//
// A value stands bare where it is plain, and otherwise in quotes and escaped (printable.hpp), so
// that a line can be taken apart again: by blanks outside quotes, then at the first `=`.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/log.hpp"

namespace troupe::core {

inline constexpr std::size_t log_fields_max = 16;
inline constexpr std::size_t log_value_bytes_max = 256;  // of a text, before it is escaped

/// Without a time and without a line end. The level is padded to the width of the longest.
[[nodiscard]] std::string log_line(log_level level, log_event event,
                                   std::span<const log_field> fields);

}  // namespace troupe::core
