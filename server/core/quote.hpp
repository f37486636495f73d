// quote.hpp — text as a JSON string, which is also a TOML basic string.
#pragma once

#include <string>
#include <string_view>

namespace troupe::core {

/// In double quotes, with control characters, quotes and backslashes escaped. Bytes above 0x7e pass
/// unchanged: the result is valid JSON exactly if `text` is valid UTF-8.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace troupe::core
