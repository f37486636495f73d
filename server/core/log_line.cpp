#include "core/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>

#include "core/printable.hpp"

namespace troupe::core {
namespace {

constexpr std::array<std::string_view, 7> level_names = {"trace", "debug", "info", "warn",
                                                         "error", "fatal", "none"};
constexpr std::size_t level_width = 5;

bool is_plain(std::string_view text) {
  const auto plain = [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\';
  };
  return !text.empty() && text.size() <= log_value_bytes_max && std::ranges::all_of(text, plain);
}

void append_value(std::string& line, const log_field::any_value& value) {
  const auto append = [&line]<class Value>(const Value& each) {
    if constexpr (std::is_same_v<Value, std::string_view>) {
      line += is_plain(each) ? std::string(each) : printable(each, log_value_bytes_max);
    } else if constexpr (std::is_same_v<Value, bool>) {
      line += each ? "true" : "false";
    } else {
      std::array<char, 32> digits;  // the shortest text of a double has at most 24 characters
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), each).ptr;
      line.append(digits.data(), end);
    }
  };
  std::visit(append, value);
}

}  // namespace

std::string_view name_of(log_level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::optional<log_level> parse_log_level(std::string_view name) {
  const auto found = std::ranges::find(level_names, name);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<log_level>(found - level_names.begin());
}

std::string log_line(log_level level, log_event event, std::span<const log_field> fields) {
  std::string line(name_of(level));
  line.resize(level_width, ' ');
  line += ' ';
  line += event.text();
  for (const log_field& field : fields.first(std::min(fields.size(), log_fields_max))) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

}  // namespace troupe::core
