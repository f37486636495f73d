#include "gateway/client_address.hpp"

#include <algorithm>
#include <ranges>

#include "core/ip_address.hpp"

namespace troupe::gateway {
namespace {

/// Some proxies add the port: "192.0.2.1:4711", "[2001:db8::1]:4711".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    return end == std::string_view::npos ? text : text.substr(1, end - 1);
  }
  return std::ranges::count(text, ':') == 1 ? text.substr(0, text.find(':')) : text;
}

bool is_trusted(const core::ip_address& address, std::span<const std::string> trusted) {
  return std::ranges::any_of(trusted, [&](const std::string& each) {
    const auto network = core::ip_network::parse(each);
    return network && network->contains(address);
  });
}

}  // namespace

std::string client_address(const std::string& peer, const http::header_list& headers,
                           std::span<const std::string> trusted) {
  const auto parsed = core::ip_address::parse(peer);
  if (!parsed) return peer;
  core::ip_address client = *parsed;
  if (trusted.empty() || !is_trusted(client, trusted)) return client.text();
  for (const std::string_view hop : headers.list("X-Forwarded-For") | std::views::reverse) {
    const auto address = core::ip_address::parse(without_port(hop));
    if (!address) break;
    client = *address;
    if (!is_trusted(client, trusted)) break;
  }
  return client.text();
}

}  // namespace troupe::gateway
