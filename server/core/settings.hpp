// settings.hpp — a configuration before it has meaning: the neutral tree that a TOML or JSON file,
// the environment and the command line are read into, each value with the place it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::core {

struct setting;
struct setting_entry;
using setting_list = std::vector<setting>;
using setting_table = std::vector<setting_entry>;  // in the order of the source, keys are unique

struct setting {
  std::variant<bool, std::int64_t, double, std::string, setting_list, setting_table> value;
  std::string origin;  // "troupe.toml:3:8", "TROUPE_HTTP_SERVER_PORT", "--port"
};

struct setting_entry {
  std::string key;
  setting value;
};

/// Puts `text` at a dotted path of the table `root`, over what was there; makes the sections on the
/// way, replacing anything on it that is no section. `root` must hold a table.
void set_path(setting& root, std::string_view path, std::string text, std::string origin);

/// What a person would recognise the value by in an error: 25, "abc", a list of 3, a section.
[[nodiscard]] std::string describe(const setting& value);

}  // namespace troupe::core
