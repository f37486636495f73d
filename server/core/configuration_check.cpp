#include "core/configuration_check.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <arpa/inet.h>

#include "core/duration.hpp"
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

void check_secret(const configuration& c, findings& errors, findings& warnings) {
  const std::size_t size = c.client.token.hmac_secret_key.size();
  const bool reachable = !is_loopback(c.http_server.address);
  const std::string option = "client.token.hmac_secret_key";
  if (size == 0) {
    const bool admits = c.client.insecure || c.client.allow_anonymous_connect_without_token;
    if (!reachable || admits) return;
    add(errors, option,
        "is empty and http_server.address is " + quote(c.http_server.address) +
            ": want a secret of at least 32 bytes, or nobody can connect (`troupe genconfig` "
            "prints a fresh one)");
  } else if (size < limits::hmac_secret_bytes_min) {
    add(reachable ? errors : warnings, option,
        "is a secret of " + std::to_string(size) + " bytes: want at least 32" +
            (reachable ? ", since http_server.address " + quote(c.http_server.address) +
                             " is not loopback"
                       : std::string(", and the server will insist on it unless the address is "
                                     "loopback")));
  }
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
  const bool own_meta_ttl = options.history_meta_ttl.count() > 0;
  const auto meta_ttl = own_meta_ttl ? options.history_meta_ttl : c.channel.history_meta_ttl;
  if (meta_ttl < options.history_ttl) {
    add(errors, path + ".history_meta_ttl",
        "is " + format_duration(meta_ttl) + ": want at least history_ttl, which is " +
            format_duration(options.history_ttl));
  }
}

bool is_namespace_name(std::string_view name) {
  return name.size() >= limits::namespace_name_length_min &&
         name.size() <= limits::namespace_name_length_max && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
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
  check_secret(value, errors, warnings);
  check_insecure(value, warnings);
  check_client(value, errors);
  check_channel_syntax(value, errors);
  check_channel_options(value, "channel.without_namespace", value.channel.without_namespace,
                        errors);
  check_namespaces(value, errors);
}

}  // namespace troupe::core
