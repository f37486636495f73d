// results.hpp — what the application answers: a result of its own for each event, or an error for
// the client, or the end of the connection. Source: the proxy of Centrifugo v6.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/api/publish.hpp"
#include "protocol/channel_override.hpp"
#include "protocol/codes.hpp"

namespace troupe::protocol::proxy {

// Points in time are seconds since the Unix epoch; 0: never.

struct subscribe_result {
  std::string info;  // payload, as everywhere from `info` or decoded from `b64info`
  std::string data;  // payload for the client
  channel_override override;
  std::int64_t expire_at{};
};

struct connect_result {
  std::string user;
  std::int64_t expire_at{};
  std::string info;
  std::string data;
  std::vector<std::string> channels;                           // server-side subscriptions
  std::vector<std::pair<std::string, subscribe_result>> subs;  // those with options
  std::string meta;                                            // a JSON object
};

struct refresh_result {
  bool expired{};
  std::int64_t expire_at{};
  std::string info;
};

struct publish_result {
  std::string data;  // instead of the client's; empty: the client's
  api::publish_options options;
};

struct sub_refresh_result {
  bool expired{};
  std::int64_t expire_at{};
  std::string info;
};

struct rpc_result {
  std::string data;
};

/// The application has taken note.
struct noted {};

/// The connection shall end: 4000–4999, the codes of applications, or one of ours.
struct application_disconnect {
  std::uint16_t code{};
  std::string reason;  // at most close_reason_bytes_max
};
inline constexpr std::size_t close_reason_bytes_max = 123;  // RFC 6455 §5.5

template <class Result>
using reply = std::variant<Result, error, application_disconnect>;

}  // namespace troupe::protocol::proxy
