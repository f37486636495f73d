#include "core/configuration_check.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include <arpa/inet.h>

#include "core/duration.hpp"
#include "core/ip_address.hpp"
#include "core/option_table.hpp"
#include "core/quote.hpp"

namespace troupe::core {
namespace {

using findings = std::vector<configuration_finding>;

constexpr std::array<std::string_view, 4> reserved_namespaces = {"stream", "conversation",
                                                                 "meeting", "playout"};

void add(findings& to, std::string option, std::string_view text) {
  std::string line = option;
  line += ' ';
  line += text;
  to.push_back({std::move(option), std::move(line)});
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

void check_address(std::string option, const std::string& address, findings& errors) {
  if (address.empty() || address == "localhost" || is_ip_address(address)) return;
  add(errors, std::move(option),
      "is " + quote(address) + ": want an IP address, localhost, or \"\" for every address");
}

void check_listeners(const configuration& c, findings& errors) {
  const auto& server = c.http_server;
  check_address("http_server.address", server.address, errors);
  check_address("http_server.internal_address", server.internal_address, errors);
  const bool same_port = server.port == server.internal_port && server.port != 0;
  if (same_port && !is_loopback(server.address)) {
    add(errors, "http_server.internal_port",
        "is " + std::to_string(server.internal_port) +
            ", the same as http_server.port: want another port for the internal listener");
  }
}

void check_tls(const configuration& c, findings& errors) {
  const auto& tls = c.http_server.tls;
  if (!tls.enabled) return;
  if (tls.cert_pem.empty() && tls.cert_pem_file.empty()) {
    add(errors, "http_server.tls.cert_pem_file",
        "is empty while http_server.tls.enabled is true: want the file of the certificate");
  }
  if (tls.key_pem.empty() && tls.key_pem_file.empty()) {
    add(errors, "http_server.tls.key_pem_file",
        "is empty while http_server.tls.enabled is true: want the file of the private key");
  }
}

void check_trusted_proxies(const configuration& c, findings& errors) {
  for (const std::string& each : c.http_server.trusted_proxies) {
    if (ip_network::parse(each)) continue;
    add(errors, "http_server.trusted_proxies",
        "contains " + quote(each) + ": want an IP address or a network such as \"10.0.0.0/8\"");
  }
}

// A path of its own: two handlers at one path, or one below the other, would hide one of them.
void check_handlers(const configuration& c, findings& errors) {
  const std::array<std::pair<std::string_view, const std::string*>, 7> handlers = {
      {{"websocket.handler_prefix", &c.websocket.handler_prefix},
       {"http_stream.handler_prefix", &c.http_stream.handler_prefix},
       {"sse.handler_prefix", &c.sse.handler_prefix},
       {"emulation.handler_prefix", &c.emulation.handler_prefix},
       {"http_api.handler_prefix", &c.http_api.handler_prefix},
       {"health.handler_prefix", &c.health.handler_prefix},
       {"prometheus.handler_prefix", &c.prometheus.handler_prefix}}};
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    const auto& [option, path] = handlers[i];
    if (!path->starts_with('/') || path->ends_with('/') ||
        path->find_first_of("?#% ") != std::string::npos) {
      add(errors, std::string(option), "is " + quote(*path) + ": want a path such as \"/api\"");
    }
    for (std::size_t j = 0; j < handlers.size(); ++j) {
      const std::string& other = *handlers[j].second;
      const bool below = (*path + '/').starts_with(other + '/');
      if (j == i || !below || (*path == other && j > i)) continue;
      add(errors, std::string(option),
          "is " + quote(*path) + ", which is taken by " + std::string(handlers[j].first) +
              ": want a path of its own");
    }
  }
  if (!c.http_api.error_mode.empty() && c.http_api.error_mode != "transport") {
    add(errors, "http_api.error_mode",
        "is " + quote(c.http_api.error_mode) + ": want \"transport\" or nothing");
  }
}

void check_secret_length(const configuration& c, const std::string& option, std::size_t size,
                         findings& errors, findings& warnings) {
  if (size == 0 || size >= limits::hmac_secret_bytes_min) return;
  const bool reachable = !is_loopback(c.http_server.address);
  add(reachable ? errors : warnings, option,
      "is a secret of " + std::to_string(size) + " bytes: want at least 32" +
          (reachable
               ? ", since http_server.address " + quote(c.http_server.address) + " is not loopback"
               : std::string(", and the server will insist on it unless the address is "
                             "loopback")));
}

// http(s)://host…: one fixed host, no password in it, and nothing that is filled in later.
bool is_http_address(std::string_view url) {
  std::size_t begin = 0;
  if (url.starts_with("https://")) begin = 8;
  if (url.starts_with("http://")) begin = 7;
  const std::string_view host = url.substr(begin, url.substr(begin).find_first_of("/?#"));
  return begin > 0 && !host.empty() && !host.contains('@') &&
         url.find_first_of(" \t\r\n{}\"<>\\") == url.npos;
}

bool is_namespace_name(std::string_view name) {
  return name.size() >= limits::namespace_name_length_min &&
         name.size() <= limits::namespace_name_length_max && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

/// Whether the proxy is asked or told, and by which option.
void check_proxy(const proxy_options& proxy, const std::string& path, const std::string& used_by,
                 findings& errors) {
  if (proxy.endpoint.empty()) {
    if (!used_by.empty()) {
      add(errors, path + ".endpoint",
          "is empty while " + used_by + " is true: want the address of the application");
    }
  } else if (!is_http_address(proxy.endpoint)) {
    add(errors, path + ".endpoint",
        "is " + quote(proxy.endpoint) +
            ": want an address such as http://127.0.0.1:3000/events, with http or https and "
            "without a password");
  }
}

/// The first namespace that has this switch on.
std::string namespace_with(const configuration& c, bool channel_options::* on,
                           std::string_view option) {
  if (c.channel.without_namespace.*on) {
    return std::string(without_namespace_path) + '.' + std::string(option);
  }
  for (std::size_t i = 0; i < c.channel.namespaces.size(); ++i) {
    if (c.channel.namespaces[i].options.*on) {
      return std::string(namespaces_path) + '[' + std::to_string(i) + "]." + std::string(option);
    }
  }
  return "";
}

void check_proxies(const configuration& c, findings& errors) {
  const auto by_switch = [](const proxy_options& proxy, const std::string& path) {
    return proxy.enabled ? path + ".enabled" : "";
  };
  const auto& client = c.client.proxy;
  for (const auto& [proxy, path] : {std::pair(&client.connect, "client.proxy.connect"),
                                    std::pair(&client.refresh, "client.proxy.refresh"),
                                    std::pair(&client.disconnect, "client.proxy.disconnect")}) {
    check_proxy(*proxy, path, by_switch(*proxy, path), errors);
  }
  const auto& channel = c.channel.proxy;
  check_proxy(
      channel.subscribe, "channel.proxy.subscribe",
      namespace_with(c, &channel_options::subscribe_proxy_enabled, "subscribe_proxy_enabled"),
      errors);
  check_proxy(channel.publish, "channel.proxy.publish",
              namespace_with(c, &channel_options::publish_proxy_enabled, "publish_proxy_enabled"),
              errors);
  check_proxy(
      channel.sub_refresh, "channel.proxy.sub_refresh",
      namespace_with(c, &channel_options::sub_refresh_proxy_enabled, "sub_refresh_proxy_enabled"),
      errors);
  check_proxy(
      channel.unsubscribe, "channel.proxy.unsubscribe",
      namespace_with(c, &channel_options::unsubscribe_proxy_enabled, "unsubscribe_proxy_enabled"),
      errors);
}

void check_rpc(const configuration& c, findings& errors) {
  std::string used_by =
      c.rpc.without_namespace.proxy_enabled ? "rpc.without_namespace.proxy_enabled" : "";
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < c.rpc.namespaces.size(); ++i) {
    const rpc_namespace& each = c.rpc.namespaces[i];
    const std::string path = std::string(rpc_namespaces_path) + '[' + std::to_string(i) + ']';
    const std::string is = "is " + quote(each.name);
    if (!is_namespace_name(each.name)) {
      add(errors, path + ".name", is + ": want 2 to 64 letters, digits, \"-\", \"_\" or \".\"");
    } else if (!seen.insert(each.name).second) {
      add(errors, path + ".name", is + ", as another one is called: want each namespace once");
    }
    if (each.options.proxy_enabled && used_by.empty()) used_by = path + ".proxy_enabled";
  }
  check_proxy(c.rpc.proxy, "rpc.proxy", used_by, errors);
}

void check_key_endpoint(const configuration::token_section& section, const std::string& path,
                        findings& errors, findings& warnings) {
  const std::string& url = section.jwks_public_endpoint;
  if (url.empty()) return;
  const std::string option = path + ".jwks_public_endpoint";
  if (!is_http_address(url)) {
    add(errors, option,
        "is " + quote(url) +
            ": want an address such as https://id.example.com/jwks.json, with a "
            "fixed host and without a password");
  }
  if (!section.rsa_public_key.empty() || !section.ecdsa_public_key.empty()) {
    add(warnings, option, "is set, so the public keys beside it are not used");
  }
}

void check_token_keys(const configuration& c, findings& errors, findings& warnings) {
  const auto& client = c.client;
  const std::string option = "client.token.hmac_secret_key";
  const bool admits = client.insecure || client.allow_anonymous_connect_without_token ||
                      client.proxy.connect.enabled;
  if (!client.token.has_keys() && !admits && !is_loopback(c.http_server.address)) {
    add(errors, option,
        "is empty and http_server.address is " + quote(c.http_server.address) +
            ": want a secret of at least 32 bytes, or nobody can connect (`troupe genconfig` "
            "prints a fresh one)");
  }
  check_secret_length(c, option, client.token.hmac_secret_key.size(), errors, warnings);
  check_key_endpoint(client.token, "client.token", errors, warnings);
  const auto& own = client.subscription_token;
  if (!own.enabled) return;
  check_key_endpoint(own, "client.subscription_token", errors, warnings);
  if (!own.has_keys()) {
    add(errors, "client.subscription_token.enabled",
        "is true while the section has no key: want a secret or a public key in it");
  }
  check_secret_length(c, "client.subscription_token.hmac_secret_key", own.hmac_secret_key.size(),
                      errors, warnings);
}

void check_insecure(const configuration& c, findings& warnings) {
  if (is_loopback(c.http_server.address)) return;
  const std::string where =
      "is true and http_server.address is " + quote(c.http_server.address) + ": ";
  if (c.client.insecure) {
    add(warnings, "client.insecure", where + "everybody who reaches it may do everything");
  }
  if (c.http_api.insecure) {
    add(warnings, "http_api.insecure", where + "everybody who reaches it may publish and read");
  }
}

// "*", or scheme://host[:port] as a browser sends it, in which * stands for any text.
bool is_origin_pattern(std::string_view text) {
  if (text == "*") return true;
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view host = text.substr(scheme + 3);
  return !host.empty() && host.find_first_of("/?# ") == std::string_view::npos;
}

void check_client(const configuration& c, findings& errors) {
  const auto& client = c.client;
  for (const std::string& origin : client.allowed_origins) {
    if (is_origin_pattern(origin)) continue;
    add(errors, "client.allowed_origins",
        "contains " + quote(origin) +
            ": want scheme and host without a path, such as "
            "\"https://example.com\", or \"*\"");
  }
  if (client.pong_timeout >= client.ping_interval) {
    add(errors, "client.pong_timeout",
        "is " + format_duration(client.pong_timeout) +
            ": want less than client.ping_interval, which is " +
            format_duration(client.ping_interval));
  }
}

void check_personal_channel(const configuration& c, findings& errors) {
  const auto& personal = c.client.subscribe_to_user_personal_channel;
  const std::string& wanted = personal.personal_channel_namespace;
  if (!personal.enabled || wanted.empty()) return;
  if (std::ranges::find(c.channel.namespaces, wanted, &channel_namespace::name) !=
      c.channel.namespaces.end()) {
    return;
  }
  add(errors, "client.subscribe_to_user_personal_channel.personal_channel_namespace",
      "is " + quote(wanted) + ": want the name of a namespace of channel.namespaces");
}

void check_channel_syntax(const configuration& c, findings& errors) {
  const auto& channel = c.channel;
  const std::array<std::pair<std::string_view, const std::string*>, 4> marks = {
      {{"channel.private_prefix", &channel.private_prefix},
       {"channel.namespace_boundary", &channel.namespace_boundary},
       {"channel.user_boundary", &channel.user_boundary},
       {"channel.user_separator", &channel.user_separator}}};
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto& [option, mark] = marks[i];
    const bool plain =
        std::ranges::all_of(*mark, [](char letter) { return letter > ' ' && letter < 0x7f; });
    if (!plain) {
      add(errors, std::string(option),
          "is " + quote(*mark) + ": want printable ASCII without spaces");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (*marks[j].second != *mark) continue;
      add(errors, std::string(option),
          "is " + quote(*mark) + ", the same as " + std::string(marks[j].first) +
              ": want another mark");
    }
  }
}

void check_channel_options(const configuration& c, const std::string& path,
                           const channel_options& options, findings& errors) {
  const bool has_size = options.history_size > 0;
  const bool has_ttl = options.history_ttl.count() > 0;
  if (has_size != has_ttl) {
    add(errors, path + (has_size ? ".history_ttl" : ".history_size"),
        std::string("is 0 while ") + (has_size ? "history_size" : "history_ttl") +
            " is set: want both, or neither for no history");
  }
  if (options.force_recovery && !options.keeps_history()) {
    add(errors, path + ".force_recovery", "is true: want history_size and history_ttl set with it");
  }
  if (options.force_positioning && !options.keeps_history()) {
    add(errors, path + ".force_positioning",
        "is true: want history_size and history_ttl set with it");
  }
  if (options.persistent && !options.keeps_history()) {
    add(errors, path + ".persistent", "is true: want history_size and history_ttl set with it");
  }
  const bool own_meta_ttl = options.history_meta_ttl.count() > 0;
  const auto meta_ttl = own_meta_ttl ? options.history_meta_ttl : c.channel.history_meta_ttl;
  if (meta_ttl < options.history_ttl) {
    add(errors, path + ".history_meta_ttl",
        "is " + format_duration(meta_ttl) + ": want at least history_ttl, which is " +
            format_duration(options.history_ttl));
  }
}

void check_namespaces(const configuration& c, findings& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < c.channel.namespaces.size(); ++i) {
    const channel_namespace& ns = c.channel.namespaces[i];
    const std::string path = "channel.namespaces[" + std::to_string(i) + "]";
    const std::string is = "is " + quote(ns.name);
    if (!is_namespace_name(ns.name)) {
      add(errors, path + ".name", is + ": want 2 to 64 letters, digits, \"-\", \"_\" or \".\"");
    } else if (is_reserved_namespace(ns.name)) {
      add(errors, path + ".name",
          is + ", which is a built-in namespace: want a name other than stream, conversation, "
               "meeting and playout");
    } else if (!seen.insert(ns.name).second) {
      add(errors, path + ".name", is + ", as another one is called: want each namespace once");
    }
    check_channel_options(c, path, ns.options, errors);
  }
}

}  // namespace

bool is_reserved_namespace(std::string_view name) {
  return std::ranges::find(reserved_namespaces, name) != reserved_namespaces.end();
}

bool is_loopback(std::string_view address) {
  if (address == "localhost") return true;
  const std::string text(address);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return false;
  return std::ranges::equal(v6.s6_addr, in6addr_loopback.s6_addr);
}

void check_configuration(const configuration& value, findings& errors, findings& warnings) {
  check_listeners(value, errors);
  check_tls(value, errors);
  check_trusted_proxies(value, errors);
  check_handlers(value, errors);
  check_token_keys(value, errors, warnings);
  check_insecure(value, warnings);
  check_client(value, errors);
  check_personal_channel(value, errors);
  check_channel_syntax(value, errors);
  check_channel_options(value, "channel.without_namespace", value.channel.without_namespace,
                        errors);
  check_namespaces(value, errors);
  check_proxies(value, errors);
  check_rpc(value, errors);
}

}  // namespace troupe::core
