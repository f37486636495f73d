#include "core/settings.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <type_traits>
#include <utility>

#include "core/quote.hpp"

namespace troupe::core {
namespace {

constexpr std::size_t described_text_bytes_max = 80;

std::string describe_number(double number) {
  std::string text = std::to_string(number);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text += '0';
  return text;
}

}  // namespace

void set_path(setting& root, std::string_view path, std::string text, std::string origin) {
  setting* at = &root;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    auto* table = std::get_if<setting_table>(&at->value);
    if (table == nullptr) table = &at->value.emplace<setting_table>();
    auto entry = std::ranges::find(*table, key, &setting_entry::key);
    if (entry == table->end()) {
      entry = table->insert(entry, {std::string(key), {setting_table{}, origin}});
    }
    at = &entry->value;
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  at->value = std::move(text);
  at->origin = std::move(origin);
}

std::string describe(const setting& value) {
  return std::visit(
      []<typename T>(const T& held) -> std::string {
        if constexpr (std::is_same_v<T, bool>) {
          return held ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
          return std::to_string(held);
        } else if constexpr (std::is_same_v<T, double>) {
          return std::isfinite(held) ? describe_number(held) : "not a finite number";
        } else if constexpr (std::is_same_v<T, std::string>) {
          if (held.size() <= described_text_bytes_max) return quote(held);
          return "a text of " + std::to_string(held.size()) + " bytes";
        } else if constexpr (std::is_same_v<T, setting_list>) {
          return "a list of " + std::to_string(held.size());
        } else {
          return "a section";
        }
      },
      value.value);
}

}  // namespace troupe::core
