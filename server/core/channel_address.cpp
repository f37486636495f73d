#include "core/channel_address.hpp"

#include <algorithm>

namespace troupe::core {

std::expected<channel_address, channel_errc> parse_channel(
    std::string_view channel, const configuration::channel_section& rules) {
  if (channel.empty()) return std::unexpected(channel_errc::empty);
  if (channel.size() > rules.max_length) return std::unexpected(channel_errc::too_long);
  if (!std::ranges::all_of(channel, [](char c) { return c >= ' ' && c < 0x7f; })) {
    return std::unexpected(channel_errc::bad_character);
  }
  channel_address address;
  if (channel.starts_with(rules.private_prefix)) {
    address.needs_token = true;
    channel.remove_prefix(rules.private_prefix.size());
  }
  std::size_t rest = 0;
  if (const std::size_t end = channel.find(rules.namespace_boundary); end != channel.npos) {
    address.namespace_name = channel.substr(0, end);
    rest = end + rules.namespace_boundary.size();
  }
  if (const std::size_t begin = channel.rfind(rules.user_boundary); begin != channel.npos) {
    address.user_limited = true;
    address.personal = begin == rest;
    address.users = channel.substr(begin + rules.user_boundary.size());
  }
  return address;
}

std::expected<channel_address, channel_errc> resolve_namespace(
    std::string_view channel, const configuration::channel_section& rules) {
  auto address = parse_channel(channel, rules);
  if (!address || address->namespace_name.empty()) return address;
  if (std::ranges::find(rules.namespaces, address->namespace_name, &channel_namespace::name) ==
      rules.namespaces.end()) {
    return std::unexpected(channel_errc::unknown_namespace);
  }
  return address;
}

bool names(const channel_address& channel, std::string_view user,
           const configuration::channel_section& rules) {
  if (!channel.user_limited || user.empty()) return false;
  std::string_view users = channel.users;
  while (true) {
    const std::size_t end = users.find(rules.user_separator);
    if (users.substr(0, end) == user) return true;
    if (end == std::string_view::npos) return false;
    users.remove_prefix(end + rules.user_separator.size());
  }
}

}  // namespace troupe::core
