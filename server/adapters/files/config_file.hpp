// config_file.hpp — a configuration file, TOML or JSON, as the neutral tree of core.
//
// The extension decides (.toml, .json); without one of these the first character that is no space
// does: "{" begins JSON. Each value remembers file:line:column for the errors that come later.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/settings.hpp"

namespace troupe::files {

struct config_file_error {
  enum class code {
    unreadable,  // not there, not a file, or not ours to read
    too_large,   // over limits::configuration_bytes_max
    malformed,  // not TOML or JSON; a key twice; nested deeper than configuration_depth_max; a date
  } reason;
  std::string text;  // one line: "troupe.toml:3:8: …"
};

/// Reads the file whole. Blocks; for start-up and reload.
[[nodiscard]] std::expected<core::setting, config_file_error> read_config_file(
    const std::string& path);

/// The same for text already in memory; `name` stands for the file in errors and origins, and its
/// extension counts.
[[nodiscard]] std::expected<core::setting, config_file_error> parse_config(std::string_view text,
                                                                           std::string_view name);

}  // namespace troupe::files
