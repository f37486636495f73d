#include "gateway/origin.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::gateway {
namespace {

// "http://chat.example.org" comes from Host "chat.example.org" and from "chat.example.org:80".
bool is_own(std::string_view origin, std::string_view host) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> schemes{
      {{"http://", ":80"}, {"https://", ":443"}}};
  for (const auto& [scheme, port] : schemes) {
    if (!origin.starts_with(scheme)) continue;
    const std::string_view authority = origin.substr(scheme.size());
    if (host.ends_with(port) && !authority.ends_with(port)) host.remove_suffix(port.size());
    return !host.empty() && http::equals_ignoring_case(authority, host);
  }
  return false;
}

// Goes back to the last "*" where a letter does not fit, so the work is at most the product of both
// lengths, of which the limit on headers bounds one and the operator writes the other.
bool matches(std::string_view text, std::string_view pattern) {
  const auto same = [](char a, char b) { return http::equals_ignoring_case({&a, 1}, {&b, 1}); };
  std::size_t at = 0;
  std::size_t of_pattern = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;  // the star stands for what lies before this
  while (at < text.size()) {
    if (of_pattern < pattern.size() && pattern[of_pattern] == '*') {
      star = of_pattern++;
      star_text = at;
    } else if (of_pattern < pattern.size() && same(pattern[of_pattern], text[at])) {
      ++of_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      of_pattern = star + 1;
      at = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', of_pattern) == std::string_view::npos;
}

}  // namespace

bool origin_allowed(const http::header_list& headers, std::span<const std::string> allowed) {
  const auto origin = headers.find("Origin");
  if (!origin) return true;
  if (headers.count("Origin") != 1) return false;
  if (is_own(*origin, headers.find("Host").value_or(""))) return true;
  return std::ranges::any_of(allowed,
                             [&](const std::string& each) { return matches(*origin, each); });
}

std::string_view host_name(std::string_view host) {
  const std::size_t after = host.starts_with('[') ? host.find(']') : 0;
  if (after == std::string_view::npos) return host;
  return host.substr(0, host.find(':', after));
}

}  // namespace troupe::gateway
