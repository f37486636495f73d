#include "transport/http/request.hpp"

#include <algorithm>

namespace troupe::http {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

void header_list::add(std::string_view name, std::string_view value) {
  headers_.push_back({std::string(name), std::string(value)});
}

std::optional<std::string_view> header_list::find(std::string_view name) const {
  for (const header& h : headers_) {
    if (equals_ignoring_case(h.name, name)) return h.value;
  }
  return std::nullopt;
}

std::size_t header_list::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers_, [name](const header& h) { return equals_ignoring_case(h.name, name); }));
}

std::vector<std::string_view> header_list::list(std::string_view name) const {
  std::vector<std::string_view> elements;
  for (const header& h : headers_) {
    if (!equals_ignoring_case(h.name, name)) continue;
    std::string_view rest = h.value;
    for (;;) {
      const auto comma = rest.find(',');
      const auto element = trim(rest.substr(0, comma));
      if (!element.empty()) elements.push_back(element);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return elements;
}

bool header_list::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(list(name), [token](std::string_view element) {
    return equals_ignoring_case(element, token);
  });
}

}  // namespace troupe::http
