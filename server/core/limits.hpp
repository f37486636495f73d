// limits.hpp — the named bounds of the server. Every queue, buffer, loop and wait that input can
// grow is held by one of these or by a configuration option whose default and range come from here.
#pragma once

#include <chrono>
#include <cstddef>

namespace troupe::core::limits {

// Names and tokens.
inline constexpr std::size_t channel_length_max = 255;  // bytes, ASCII
inline constexpr std::size_t namespace_name_length_min = 2;
inline constexpr std::size_t namespace_name_length_max = 64;
inline constexpr std::size_t user_id_length_max = 255;
inline constexpr std::size_t token_bytes_max = 16 * 1024;  // a compact JWS, as received
inline constexpr std::size_t token_depth_max = 32;         // nesting of JSON in claims
inline constexpr int rsa_key_bits_min = 2048;
inline constexpr int rsa_key_bits_max = 8192;
inline constexpr std::size_t jwks_bytes_max = 256 * 1024;  // a set of public keys, as received
inline constexpr std::size_t jwks_keys_max = 100;

// Requests.
inline constexpr std::size_t message_bytes_max = 65536;  // one inbound WebSocket message
inline constexpr std::size_t header_bytes_max = 16384;   // request line and headers together
inline constexpr std::size_t api_body_bytes_max = 1024 * 1024;
inline constexpr std::size_t publication_bytes_max = 65536;
inline constexpr std::size_t replies_per_frame_max = 16;  // of one turn of a client

// Requests of our own to others.
inline constexpr std::size_t http_response_bytes_max = 1024 * 1024;
inline constexpr std::size_t http_requests_at_once_max = 64;
inline constexpr std::size_t http_requests_waiting_max = 4096;
inline constexpr std::size_t events_per_lane_max = 100'000;  // that wait for the application

// Connections.
inline constexpr std::size_t connections_default = 100'000;
inline constexpr std::size_t connections_max = 1'000'000;
inline constexpr std::size_t channels_per_connection_max = 128;
inline constexpr std::size_t connection_queue_bytes_max = 1024 * 1024;
inline constexpr std::chrono::seconds write_stall_max{1};  // longer: disconnect 3009

// Channels and history.
inline constexpr std::size_t namespaces_max = 1000;
inline constexpr std::size_t history_page_max = 300;        // publications in one client reply
inline constexpr std::size_t history_size_max = 1'000'000;  // publications kept per channel
inline constexpr std::chrono::hours history_meta_ttl_default{720};

// Configuration.
inline constexpr std::size_t configuration_bytes_max = 1024 * 1024;
inline constexpr std::size_t configuration_depth_max = 16;
inline constexpr std::size_t hmac_secret_bytes_min = 32;

}  // namespace troupe::core::limits
