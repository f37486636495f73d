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
  bool force_positioning = false;
  bool allow_subscribe_for_client = false;
  bool allow_subscribe_for_anonymous = false;
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
  bool subscribe_proxy_enabled = false;
  bool publish_proxy_enabled = false;
  bool sub_refresh_proxy_enabled = false;
  bool unsubscribe_proxy_enabled = false;

  [[nodiscard]] bool keeps_history() const { return history_size > 0 && history_ttl.count() > 0; }
};

/// Which calls of clients go to the application.
struct rpc_options {
  bool proxy_enabled = false;
};

struct rpc_namespace {
  std::string name;
  rpc_options options;
};

struct channel_namespace {
  std::string name;
  channel_options options;
};

struct configuration {
  struct http_server_section {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string internal_address = "127.0.0.1";
    std::uint16_t internal_port = 9000;
  } http_server;

  struct storage_section {
    std::string path = "troupe-data";
  } storage;

  struct log_section {
    std::string level = "info";
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
  };

  struct client_section {
    bool insecure = false;
    std::vector<std::string> allowed_origins;
    token_section token;
    struct subscription_token_section : token_section {
      bool enabled = false;  // else what holds for connection tokens holds for these too
    } subscription_token;
    [[nodiscard]] const token_section& subscription_rules() const {
      return subscription_token.enabled ? subscription_token : token;
    }
    bool allow_anonymous_connect_without_token = false;
    std::size_t connection_limit = limits::connections_default;
    std::size_t user_connection_limit = 0;  // 0: only connection_limit holds
    std::size_t channel_limit = limits::channels_per_connection_max;
    std::size_t queue_max_size = limits::connection_queue_bytes_max;
    std::chrono::milliseconds ping_interval = std::chrono::seconds{25};
    std::chrono::milliseconds pong_timeout = std::chrono::seconds{8};
    std::chrono::milliseconds stale_close_delay = std::chrono::seconds{10};
    struct proxy_section {
      proxy_options connect;
      proxy_options refresh;
      proxy_options disconnect;
    } proxy;
    std::size_t history_max_publication_limit = limits::history_page_max;
    std::size_t recovery_max_publication_limit = limits::history_page_max;
  } client;

  struct websocket_section {
    bool compression = false;
  } websocket;

  struct http_stream_section {
    bool enabled = false;
  } http_stream;

  struct sse_section {
    bool enabled = false;
  } sse;

  struct http_api_section {
    std::string key;
    bool insecure = false;
  } http_api;

  struct rpc_section {
    proxy_options proxy;
    std::string namespace_boundary = ":";
    rpc_options without_namespace;
    std::vector<rpc_namespace> namespaces;
  } rpc;

  struct shutdown_section {
    std::chrono::milliseconds timeout = std::chrono::seconds{30};
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
    } proxy;
    channel_options without_namespace;
    std::vector<channel_namespace> namespaces;
  } channel;
};

/// True for an address only this machine reaches: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace troupe::core
