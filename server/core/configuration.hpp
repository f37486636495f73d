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

  [[nodiscard]] bool keeps_history() const { return history_size > 0 && history_ttl.count() > 0; }
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

  struct client_section {
    bool insecure = false;
    std::vector<std::string> allowed_origins;
    struct token_section {
      std::string hmac_secret_key;
      std::string audience;
      std::string issuer;
    } token;
    bool allow_anonymous_connect_without_token = false;
    std::size_t connection_limit = limits::connections_default;
    std::size_t user_connection_limit = 0;  // 0: only connection_limit holds
    std::size_t channel_limit = limits::channels_per_connection_max;
    std::size_t queue_max_size = limits::connection_queue_bytes_max;
    std::chrono::milliseconds ping_interval = std::chrono::seconds{25};
    std::chrono::milliseconds pong_timeout = std::chrono::seconds{8};
    std::chrono::milliseconds stale_close_delay = std::chrono::seconds{10};
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
    channel_options without_namespace;
    std::vector<channel_namespace> namespaces;
  } channel;
};

/// True for an address only this machine reaches: 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace troupe::core
