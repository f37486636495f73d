#include "core/proxy_table.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace troupe::core {
namespace {

using find_proxy = proxy_options& (*)(configuration&);

/// A text that a template can be given; joined at compile time, so that a path is a literal.
template <std::size_t size>
struct literal {
  char text[size]{};
  consteval literal(const char (&from)[size]) {
    for (std::size_t i = 0; i < size; ++i) text[i] = from[i];
  }
};

template <literal proxy, literal option>
struct joined {
  static constexpr auto storage = [] {
    constexpr std::size_t first = sizeof(proxy.text) - 1;
    std::array<char, first + sizeof(option.text)> all{};
    for (std::size_t i = 0; i < first; ++i) all[i] = proxy.text[i];
    for (std::size_t i = 0; i < sizeof(option.text); ++i) all[first + i] = option.text[i];
    return all;
  }();
  static constexpr std::string_view path{storage.data(), storage.size() - 1};
};

template <find_proxy of, auto member>
option_slot slot(configuration& c) {
  return &(of(c).*member);
}

template <literal proxy, find_proxy of>
void add_switch(std::vector<server_option>& to, std::string_view what) {
  to.push_back({.path = joined<proxy, ".enabled">::path,
                .slot = &slot<of, &proxy_options::enabled>,
                .description = what});
}

template <literal proxy, find_proxy of>
void add(std::vector<server_option>& to, std::string_view what) {
  to.push_back({.path = joined<proxy, ".endpoint">::path,
                .slot = &slot<of, &proxy_options::endpoint>,
                .description = what,
                .change = applies::on_reload});
  to.push_back({.path = joined<proxy, ".timeout">::path,
                .slot = &slot<of, &proxy_options::timeout>,
                .description = "How long its answer may take.",
                .range = {10, 60'000},
                .change = applies::on_reload});
  to.push_back({.path = joined<proxy, ".http_headers">::path,
                .slot = &slot<of, &proxy_options::http_headers>,
                .description = "Headers of the client's own HTTP request that are passed on.",
                .range = {0, 64},
                .change = applies::on_reload});
  to.push_back({.path = joined<proxy, ".emulated_headers">::path,
                .slot = &slot<of, &proxy_options::emulated_headers>,
                .description = "Headers that the client may name in its connect command, passed on "
                               "where its request has none of that name. They are whatever the "
                               "client says.",
                .range = {0, 64},
                .change = applies::on_reload});
  to.push_back({.path = joined<proxy, ".include_connection_meta">::path,
                .slot = &slot<of, &proxy_options::include_connection_meta>,
                .description = "The connection's `meta` is told with it.",
                .change = applies::on_reload});
  to.push_back({.path = joined<proxy, ".binary_encoding">::path,
                .slot = &slot<of, &proxy_options::binary_encoding>,
                .description = "Payloads of clients go as `b64data`, in base64, so that they need "
                               "not be JSON.",
                .change = applies::on_reload});
}

std::vector<server_option> make_table() {
  std::vector<server_option> all;
  constexpr find_proxy connect = [](configuration& c) -> auto& { return c.client.proxy.connect; };
  add_switch<"client.proxy.connect", connect>(
      all, "Who connects without a token is let in by the application, or not.");
  add<"client.proxy.connect", connect>(all, "Address asked about them: a POST with the event.");
  constexpr find_proxy refresh = [](configuration& c) -> auto& { return c.client.proxy.refresh; };
  add_switch<"client.proxy.refresh", refresh>(
      all, "When a connection's time is over, the application is asked instead of the client.");
  add<"client.proxy.refresh", refresh>(all, "Address asked about it.");
  constexpr find_proxy ended = [](configuration& c) -> auto& { return c.client.proxy.disconnect; };
  add_switch<"client.proxy.disconnect", ended>(
      all, "The application is told of each connection that has ended, at least once.");
  add<"client.proxy.disconnect", ended>(all, "Address that is told of it.");
  add<"channel.proxy.subscribe", [](configuration& c) -> auto& {
    return c.channel.proxy.subscribe;
  }>(all, "Address asked about subscriptions where `subscribe_proxy_enabled` is set.");
  add<"channel.proxy.publish", [](configuration& c) -> auto& { return c.channel.proxy.publish; }>(
      all, "Address asked about publications of clients where `publish_proxy_enabled` is set.");
  add<"channel.proxy.sub_refresh",
      [](configuration& c) -> auto& { return c.channel.proxy.sub_refresh; }>(
      all,
      "Address asked about subscriptions whose time is over, where "
      "`sub_refresh_proxy_enabled` is set.");
  add<"channel.proxy.unsubscribe",
      [](configuration& c) -> auto& { return c.channel.proxy.unsubscribe; }>(
      all,
      "Address told, at least once, of each subscription that has ended, where "
      "`unsubscribe_proxy_enabled` is set.");
  add<"rpc.proxy", [](configuration& c) -> auto& { return c.rpc.proxy; }>(
      all, "Address that answers the calls of clients where `proxy_enabled` is set.");
  return all;
}

}  // namespace

std::span<const server_option> proxy_option_table() {
  static const std::vector<server_option> table = make_table();
  return table;
}

}  // namespace troupe::core
