#include "core/option_binding.hpp"

#include <charconv>
#include <optional>
#include <type_traits>

#include "core/duration.hpp"
#include "core/quote.hpp"

namespace troupe::core {
namespace {

using std::int64_t;

bool is_choice(std::string_view choices, std::string_view word) {
  if (choices.empty()) return true;
  while (!choices.empty()) {
    const std::size_t space = choices.find(' ');
    if (choices.substr(0, space) == word) return true;
    if (space == std::string_view::npos) break;
    choices.remove_prefix(space + 1);
  }
  return false;
}

bool within(const option_range& range, int64_t value) {
  return value >= range.min && value <= range.max;
}

std::optional<bool> as_boolean(const setting& given) {
  if (const bool* value = std::get_if<bool>(&given.value)) return *value;
  const auto* text = std::get_if<std::string>(&given.value);
  if (text == nullptr) return std::nullopt;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  return std::nullopt;
}

std::optional<int64_t> as_integer(const setting& given) {
  if (const int64_t* value = std::get_if<int64_t>(&given.value)) return *value;
  const auto* text = std::get_if<std::string>(&given.value);
  if (text == nullptr) return std::nullopt;
  int64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, failure] = std::from_chars(text->data(), end, value);
  if (failure != std::errc{} || rest != end) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> as_duration(const setting& given) {
  const auto* text = std::get_if<std::string>(&given.value);
  if (text == nullptr) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) return std::nullopt;
  return *duration;
}

std::vector<std::string> split(std::string_view text) {
  constexpr std::string_view separators = " ,\t";
  std::vector<std::string> items;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return items;
    text.remove_prefix(begin);
    const std::size_t end = text.find_first_of(separators);
    items.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return items;
    text.remove_prefix(end);
  }
}

std::optional<std::vector<std::string>> as_list(const setting& given) {
  if (const auto* text = std::get_if<std::string>(&given.value)) return split(*text);
  const auto* list = std::get_if<setting_list>(&given.value);
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> items;
  for (const setting& item : *list) {
    const auto* text = std::get_if<std::string>(&item.value);
    if (text == nullptr) return std::nullopt;
    items.push_back(*text);
  }
  return items;
}

std::string listed(std::string_view choices) {
  std::string text;
  for (const std::string& word : split(choices)) {
    if (!text.empty()) text += ", ";
    text += quote(word);
  }
  return text;
}

std::string wanted(const option_slot& slot, const option_rule& rule) {
  const auto& [min, max] = rule.range;
  if (std::holds_alternative<bool*>(slot)) return "want true or false";
  if (std::holds_alternative<std::chrono::milliseconds*>(slot)) {
    return "want a duration such as \"25s\", from " +
           format_duration(std::chrono::milliseconds{min}) + " to " +
           format_duration(std::chrono::milliseconds{max});
  }
  if (std::holds_alternative<std::string*>(slot)) {
    if (!rule.choices.empty()) return "want one of " + listed(rule.choices);
    return "want a text of " + std::to_string(min) + " to " + std::to_string(max) + " bytes";
  }
  if (std::holds_alternative<std::vector<std::string>*>(slot)) {
    const std::string bounds = "want a list of at most " + std::to_string(max);
    if (!rule.choices.empty()) return bounds + " of " + listed(rule.choices);
    return bounds + " texts";
  }
  return "want an integer from " + std::to_string(min) + " to " + std::to_string(max);
}

bool assign(bool* slot, const option_rule&, const setting& given) {
  const auto value = as_boolean(given);
  if (value) *slot = *value;
  return value.has_value();
}

template <typename Integer>
bool assign_integer(Integer* slot, const option_rule& rule, const setting& given) {
  const auto value = as_integer(given);
  if (!value || !within(rule.range, *value)) return false;
  *slot = static_cast<Integer>(*value);
  return true;
}

bool assign(std::uint16_t* slot, const option_rule& rule, const setting& given) {
  return assign_integer(slot, rule, given);
}

bool assign(std::size_t* slot, const option_rule& rule, const setting& given) {
  return assign_integer(slot, rule, given);
}

bool assign(std::string* slot, const option_rule& rule, const setting& given) {
  const auto* text = std::get_if<std::string>(&given.value);
  if (text == nullptr || !within(rule.range, static_cast<int64_t>(text->size()))) return false;
  if (!is_choice(rule.choices, *text)) return false;
  *slot = *text;
  return true;
}

bool assign(std::chrono::milliseconds* slot, const option_rule& rule, const setting& given) {
  const auto value = as_duration(given);
  if (!value || !within(rule.range, value->count())) return false;
  *slot = *value;
  return true;
}

bool assign(std::vector<std::string>* slot, const option_rule& rule, const setting& given) {
  auto items = as_list(given);
  if (!items || !within(rule.range, static_cast<int64_t>(items->size()))) return false;
  for (const std::string& item : *items) {
    if (!is_choice(rule.choices, item)) return false;
  }
  *slot = std::move(*items);
  return true;
}

}  // namespace

std::expected<void, std::string> bind(const option_slot& slot, const option_rule& rule,
                                      const setting& given) {
  const bool assigned = std::visit([&](auto* typed) { return assign(typed, rule, given); }, slot);
  if (!assigned) return std::unexpected(wanted(slot, rule));
  return {};
}

}  // namespace troupe::core
