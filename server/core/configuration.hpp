// configuration.hpp — everything an operator can decide, typed, with its defaults. Names and
// nesting are Centrifugo v6's, so that an existing configuration carries over.
//
// What each option means, its range and whether a reload applies it is in option_table.cpp, the one
// place that describes options; docs/reference/configuration.md is printed from there.
// A configuration that load() of configuration_loader.hpp returned is valid: services do not check.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"

namespace troupe::core {

/// Where and how the application is asked about an event of a client.
struct proxy_options {
  bool enabled = false;  // of events that have no switch in their namespace
  std::string endpoint;  // http:// or https://
  std::chrono::milliseconds timeout = std::chrono::seconds{1};
  std::vector<std::string> http_headers;      // of the client's request, passed on
  std::vector<std::string> emulated_headers;  // of the client's connect command, passed on
  bool include_connection_meta = false;
  bool binary_encoding = false;

  bool operator==(const proxy_options&) const = default;
};

/// What clients may do in the channels of one namespace, and what the server keeps for them.
struct channel_options {
  bool presence = false;
  bool join_leave = false;
  bool force_push_join_leave = false;
  std::size_t history_size = 0;
  std::chrono::milliseconds history_ttl{0};
  std::chrono::milliseconds history_meta_ttl{
      0};  // 0 only before loading: the global one is put here
  bool force_recovery = false;
  std::string force_recovery_mode = "stream";  // or "cache"
  bool allow_recovery = false;
  bool force_positioning = false;
  bool allow_positioning = false;
  bool allow_subscribe_for_client = false;
  bool allow_subscribe_for_anonymous = false;
  bool allow_user_limited_channels = false;
  bool allow_publish_for_client = false;
  bool allow_publish_for_subscriber = false;
  bool allow_publish_for_anonymous = false;
  bool allow_history_for_client = false;
  bool allow_history_for_subscriber = false;
  bool allow_history_for_anonymous = false;
  bool allow_presence_for_client = false;
  bool allow_presence_for_subscriber = false;
  bool allow_presence_for_anonymous = false;
  std::vector<std::string> allowed_delta_types;
  bool delta_publish = false;
  bool allow_tags_filter = false;
  bool persistent = false;
  bool subscribe_proxy_enabled = false;
  bool publish_proxy_enabled = false;
  bool sub_refresh_proxy_enabled = false;
  bool unsubscribe_proxy_enabled = false;

  [[nodiscard]] bool keeps_history() const { return history_size > 0 && history_ttl.count() > 0; }
  [[nodiscard]] bool recovers_newest() const { return force_recovery_mode == "cache"; }

  bool operator==(const channel_options&) const = default;
};

/// Which calls of clients go to the application.
struct rpc_options {
  bool proxy_enabled = false;

  bool operator==(const rpc_options&) const = default;
};

struct rpc_namespace {
  std::string name;
  rpc_options options;

  bool operator==(const rpc_namespace&) const = default;
};

struct channel_namespace {
  std::string name;
  channel_options options;

  bool operator==(const channel_namespace&) const = default;
};

struct configuration {
  struct http_server_section {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string internal_address = "127.0.0.1";
    std::uint16_t internal_port = 9000;
    struct tls_section {
      bool enabled = false;
      std::string cert_pem;
      std::string cert_pem_file;
      std::string key_pem;
      std::string key_pem_file;

      bool operator==(const tls_section&) const = default;
    } tls;
    bool tls_external = false;
    std::vector<std::string> trusted_proxies;

    bool operator==(const http_server_section&) const = default;
  } http_server;

  struct storage_section {
    std::string path = "troupe-data";

    bool operator==(const storage_section&) const = default;
  } storage;

  struct log_section {
    std::string level = "info";

    bool operator==(const log_section&) const = default;
  } log;

  /// Who may sign a kind of token, and whom it must name.
  struct token_section {
    std::string hmac_secret_key;
    std::string rsa_public_key;    // PEM
    std::string ecdsa_public_key;  // PEM
    std::string jwks_public_endpoint;
    std::string audience;  // empty: any
    std::string issuer;

    /// Whether anybody can sign tokens that are believed.
    [[nodiscard]] bool has_keys() const {
      return !hmac_secret_key.empty() || !rsa_public_key.empty() || !ecdsa_public_key.empty() ||
             !jwks_public_endpoint.empty();
    }

    bool operator==(const token_section&) const = default;
  };

  struct client_section {
    bool insecure = false;
    std::vector<std::string> allowed_origins;
    token_section token;
    struct subscription_token_section : token_section {
      bool enabled = false;  // else what holds for connection tokens holds for these too

      bool operator==(const subscription_token_section&) const = default;
    } subscription_token;
    [[nodiscard]] const token_section& subscription_rules() const {
      return subscription_token.enabled ? subscription_token : token;
    }
    bool allow_anonymous_connect_without_token = false;
    struct personal_channel_section {
      bool enabled = false;
      std::string personal_channel_namespace;
      bool single_connection = false;

      bool operator==(const personal_channel_section&) const = default;
    } subscribe_to_user_personal_channel;
    std::size_t connection_limit = limits::connections_default;
    std::size_t connection_rate_limit = 0;  // 0: none, here and for each address
    std::size_t connection_limit_per_address = 0;
    std::size_t connection_rate_limit_per_address = 0;
    std::size_t user_connection_limit = 0;  // 0: only connection_limit holds
    std::size_t channel_limit = limits::channels_per_connection_max;
    std::size_t queue_max_size = limits::connection_queue_bytes_max;
    std::chrono::milliseconds ping_interval = std::chrono::seconds{25};
    std::chrono::milliseconds pong_timeout = std::chrono::seconds{8};
    std::chrono::milliseconds stale_close_delay = std::chrono::seconds{10};
    std::chrono::milliseconds channel_position_check_delay = std::chrono::seconds{40};
    std::chrono::milliseconds expired_close_delay = std::chrono::seconds{25};
    std::chrono::milliseconds expired_sub_close_delay = std::chrono::seconds{25};
    struct proxy_section {
      proxy_options connect;
      proxy_options refresh;
      proxy_options disconnect;

      bool operator==(const proxy_section&) const = default;
    } proxy;
    std::size_t history_max_publication_limit = limits::history_page_max;
    std::size_t recovery_max_publication_limit = limits::history_page_max;

    bool operator==(const client_section&) const = default;
  } client;

  struct websocket_section {
    bool disabled = false;
    std::string handler_prefix = "/connection/websocket";
    std::size_t message_size_limit = limits::message_bytes_max;
    bool compression = false;

    bool operator==(const websocket_section&) const = default;
  } websocket;

  struct http_stream_section {
    bool enabled = false;
    std::string handler_prefix = "/connection/http_stream";

    bool operator==(const http_stream_section&) const = default;
  } http_stream;

  struct sse_section {
    bool enabled = false;
    std::string handler_prefix = "/connection/sse";

    bool operator==(const sse_section&) const = default;
  } sse;

  struct http_api_section {
    bool disabled = false;
    std::string handler_prefix = "/api";
    std::string key;
    std::string error_mode;  // empty or "transport"
    bool insecure = false;

    bool operator==(const http_api_section&) const = default;
  } http_api;

  struct emulation_section {
    std::string handler_prefix = "/emulation";

    bool operator==(const emulation_section&) const = default;
  } emulation;

  struct health_section {
    std::string handler_prefix = "/health";

    bool operator==(const health_section&) const = default;
  } health;

  struct prometheus_section {
    std::string handler_prefix = "/metrics";

    bool operator==(const prometheus_section&) const = default;
  } prometheus;

  struct node_section {
    std::string name;  // empty: made of the host and the port

    bool operator==(const node_section&) const = default;
  } node;

  struct rpc_section {
    proxy_options proxy;
    std::string namespace_boundary = ":";
    rpc_options without_namespace;
    std::vector<rpc_namespace> namespaces;

    bool operator==(const rpc_section&) const = default;
  } rpc;

  struct shutdown_section {
    std::chrono::milliseconds timeout = std::chrono::seconds{30};

    bool operator==(const shutdown_section&) const = default;
  } shutdown;

  struct channel_section {
    std::size_t max_length = limits::channel_length_max;
    std::string private_prefix = "$";
    std::string namespace_boundary = ":";
    std::string user_boundary = "#";
    std::string user_separator = ",";
    std::chrono::milliseconds history_meta_ttl = limits::history_meta_ttl_default;
    struct proxy_section {
      proxy_options subscribe;
      proxy_options publish;
      proxy_options sub_refresh;
      proxy_options unsubscribe;

      bool operator==(const proxy_section&) const = default;
    } proxy;
    channel_options without_namespace;
    std::vector<channel_namespace> namespaces;

    bool operator==(const channel_section&) const = default;
  } channel;

  bool operator==(const configuration&) const = default;
};

/// True for an address only this machine reaches: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace troupe::core
