#include "core/option_table.hpp"

#include <array>
#include <type_traits>

#include "core/duration.hpp"
#include "core/option_table_parts.hpp"
#include "core/proxy_table.hpp"
#include "core/quote.hpp"

namespace troupe::core {

std::span<const server_option> server_options() {
  static const std::vector<server_option> all = [] {
    std::vector<server_option> rows;
    for (const auto part : {listening_options(), client_options(), endpoint_options(),
                            channel_naming_options(), proxy_option_table()}) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }();
  return all;
}

std::vector<std::string> known_paths() {
  std::vector<std::string> paths;
  for (const server_option& row : server_options()) paths.emplace_back(row.path);
  for (const channel_option& row : channel_option_table()) {
    paths.push_back(std::string(without_namespace_path) + '.' + std::string(row.path));
  }
  for (const unsupported_option& row : unsupported_channel_options()) {
    paths.push_back(std::string(without_namespace_path) + '.' + std::string(row.path));
  }
  paths.emplace_back(namespaces_path);
  paths.emplace_back(rpc_namespaces_path);
  for (const unsupported_option& row : unsupported_options()) paths.emplace_back(row.path);
  return paths;
}

std::string environment_name(std::string_view path) {
  std::string name = "TROUPE_";
  for (const char c : path) {
    name += c == '.' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string_view type_name(const option_slot& slot) {
  constexpr std::array<std::string_view, 6> names = {"boolean", "integer",  "integer",
                                                     "text",    "duration", "list of texts"};
  static_assert(names.size() == std::variant_size_v<option_slot>);
  return names[slot.index()];
}

std::string value_text(const option_slot& slot) {
  return std::visit(
      []<typename T>(const T* value) -> std::string {
        if constexpr (std::is_same_v<T, bool>) {
          return *value ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return quote(*value);
        } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
          return quote(format_duration(*value));
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          std::string text = "[";
          for (const std::string& item : *value) {
            if (text.size() > 1) text += ", ";
            text += quote(item);
          }
          return text + "]";
        } else {
          return std::to_string(*value);
        }
      },
      slot);
}

}  // namespace troupe::core
