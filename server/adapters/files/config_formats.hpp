// config_formats.hpp — the two readers behind config_file.hpp. The result holds a table.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/settings.hpp"

namespace troupe::files {

/// The error is one line that begins with name:line:column.
[[nodiscard]] std::expected<core::setting, std::string> parse_toml(std::string_view text,
                                                                   std::string_view name);
[[nodiscard]] std::expected<core::setting, std::string> parse_json(std::string_view text,
                                                                   std::string_view name);

}  // namespace troupe::files
