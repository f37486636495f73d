#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "adapters/files/config_formats.hpp"
#include "core/limits.hpp"

namespace troupe::files {
namespace {

std::string place(std::string_view name, const toml::source_position& at) {
  return std::string(name) + ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
}

class toml_reader {
 public:
  explicit toml_reader(std::string_view name) : name_(name) {}

  std::expected<core::setting, std::string> read(const toml::node& node, std::size_t depth) {
    core::setting made{false, place(name_, node.source().begin)};
    if (depth > core::limits::configuration_depth_max) {
      return std::unexpected(made.origin + ": nested too deep");
    }
    if (const auto* text = node.as_string()) {
      made.value = text->get();
    } else if (const auto* boolean = node.as_boolean()) {
      made.value = boolean->get();
    } else if (const auto* integer = node.as_integer()) {
      made.value = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
      made.value = number->get();
    } else if (const auto* array = node.as_array()) {
      return read_array(*array, std::move(made), depth);
    } else if (const auto* table = node.as_table()) {
      return read_table(*table, std::move(made), depth);
    } else {
      return std::unexpected(made.origin + ": no option is a date or a time");
    }
    return made;
  }

 private:
  std::expected<core::setting, std::string> read_array(const toml::array& array, core::setting made,
                                                       std::size_t depth) {
    auto& list = made.value.emplace<core::setting_list>();
    for (const toml::node& item : array) {
      auto value = read(item, depth + 1);
      if (!value) return value;
      list.push_back(std::move(*value));
    }
    return made;
  }

  std::expected<core::setting, std::string> read_table(const toml::table& table, core::setting made,
                                                       std::size_t depth) {
    auto& entries = made.value.emplace<core::setting_table>();
    for (const auto& [key, node] : table) {
      auto value = read(node, depth + 1);
      if (!value) return value;
      entries.push_back({std::string(key.str()), std::move(*value)});
    }
    return made;
  }

  std::string_view name_;
};

}  // namespace

std::expected<core::setting, std::string> parse_toml(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return std::unexpected(place(name, parsed.error().source().begin) + ": " +
                           std::string(parsed.error().description()));
  }
  return toml_reader(name).read(parsed.table(), 0);
}

}  // namespace troupe::files
