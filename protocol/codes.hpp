// codes.hpp — every number the server says to a client: errors in replies, unsubscribe pushes and
// disconnects. Numbers and texts are those of the Centrifugo client protocol v2: client libraries
// decide by the number whether to try again, so a number never changes its meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// The `error` of a reply. `temporary` tells the client that trying again later makes sense.
struct error {
  std::uint32_t code{};
  std::string message;
  bool temporary{};

  bool operator==(const error&) const = default;
};

/// An error with a number of its own. Applications may use 400–1999 for theirs.
struct error_code {
  std::uint32_t code;
  std::string_view message;
  bool temporary = false;

  operator error() const { return {code, std::string(message), temporary}; }
};

namespace errors {
inline constexpr error_code internal{100, "internal server error", true};
inline constexpr error_code unauthorized{101, "unauthorized"};
inline constexpr error_code unknown_channel{102, "unknown channel"};
inline constexpr error_code permission_denied{103, "permission denied"};
inline constexpr error_code method_not_found{104, "method not found"};
inline constexpr error_code already_subscribed{105, "already subscribed"};
inline constexpr error_code limit_exceeded{106, "limit exceeded"};
inline constexpr error_code bad_request{107, "bad request"};
inline constexpr error_code not_available{108, "not available"};
inline constexpr error_code token_expired{109, "token expired"};
inline constexpr error_code expired{110, "expired"};
inline constexpr error_code too_many_requests{111, "too many requests", true};
inline constexpr error_code unrecoverable_position{112, "unrecoverable position"};
inline constexpr error_code concurrent_pagination{113, "concurrent pagination", true};
}  // namespace errors

/// Why a connection is ended. On a WebSocket: the code and reason of the close frame.
/// Applications may use 4000–4999.
struct disconnect_code {
  std::uint16_t code;
  std::string_view reason;

  bool operator==(const disconnect_code&) const = default;
};

namespace disconnects {
// The client comes back.
inline constexpr disconnect_code connection_closed{3000, "connection closed"};
inline constexpr disconnect_code shutdown{3001, "shutdown"};
inline constexpr disconnect_code internal{3004, "internal server error"};
inline constexpr disconnect_code connection_expired{3005, "connection expired"};
inline constexpr disconnect_code subscription_expired{3006, "subscription expired"};
inline constexpr disconnect_code slow{3008, "slow"};
inline constexpr disconnect_code write_error{3009, "write error"};
inline constexpr disconnect_code insufficient_state{3010, "insufficient state"};
inline constexpr disconnect_code force_reconnect{3011, "force reconnect"};
inline constexpr disconnect_code no_pong{3012, "no pong"};
inline constexpr disconnect_code too_many_requests{3013, "too many requests"};
inline constexpr disconnect_code state_invalidated{3014, "state invalidated"};
// The client stays away.
inline constexpr disconnect_code invalid_token{3500, "invalid token"};
inline constexpr disconnect_code bad_request{3501, "bad request"};
inline constexpr disconnect_code stale{3502, "stale"};
inline constexpr disconnect_code force_disconnect{3503, "force disconnect"};
inline constexpr disconnect_code connection_limit{3504, "connection limit"};
inline constexpr disconnect_code channel_limit{3505, "channel limit"};
inline constexpr disconnect_code inappropriate_protocol{3506, "inappropriate protocol"};
inline constexpr disconnect_code permission_denied{3507, "permission denied"};
inline constexpr disconnect_code not_available{3508, "not available"};
inline constexpr disconnect_code too_many_errors{3509, "too many errors"};
}  // namespace disconnects

/// Whether a client that is disconnected with this code comes back by itself.
constexpr bool client_reconnects(std::uint32_t disconnect_code) {
  return disconnect_code < 3500 || (disconnect_code >= 4000 && disconnect_code < 4500) ||
         disconnect_code >= 5000;
}

/// Why a subscription is ended. Applications may use 2100–2499 and 2600–2999.
struct unsubscribe_code {
  std::uint32_t code;
  std::string_view reason;
};

namespace unsubscribes {
inline constexpr unsubscribe_code server{2000, "server unsubscribe"};
inline constexpr unsubscribe_code insufficient_state{2500, "insufficient state"};
inline constexpr unsubscribe_code expired{2501, "subscription expired"};
inline constexpr unsubscribe_code state_invalidated{2502, "state invalidated"};
}  // namespace unsubscribes

/// Whether a client that is unsubscribed with this code subscribes again by itself.
constexpr bool client_resubscribes(std::uint32_t unsubscribe_code) {
  return unsubscribe_code >= 2500;
}

}  // namespace troupe::protocol
