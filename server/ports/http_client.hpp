// http_client.hpp — requests of this server to others: an identity provider's keys, the
// application's answers to proxied events.
//
// A call suspends the actor that makes it, and no other. It ends at its deadline at the latest,
// waiting in a queue included. What comes back is bounded. A redirect is an answer like any other:
// it is not followed, so that the host spoken to is the one that was configured. The peer of an
// https address must present a certificate that this machine trusts, for that host.
//
// Calls may come from any actor on any worker. Delivery: an answer means that the peer has the
// request; an error may mean that it has or has not.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/task.hpp>

#include "core/limits.hpp"

namespace troupe::ports {

struct http_request {
  enum class method_type : std::uint8_t { get, post } method = method_type::get;
  std::string url;  // http:// or https://
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};                   // of a post
  std::chrono::milliseconds timeout{};  // for everything together; > 0
  std::size_t response_bytes_max = core::limits::http_response_bytes_max;  // of the body
};

struct http_response {
  unsigned status = 0;
  std::string body;
};

enum class http_errc : std::uint8_t {
  overloaded,   // too many requests wait already; this one was not sent
  timeout,      // no complete answer in time
  unreachable,  // no connection, or it was lost
  untrusted,    // the certificate is not one for this host that we trust
  too_large,    // the answer is over its bound
  bad_request,  // no address we can ask: a bad URL, or another protocol
  cancelled,    // the actor, or the client itself, is stopping
};

/// For logs: "no answer in time".
[[nodiscard]] std::string_view describe(http_errc code);

struct http_failure {
  http_errc code;
  std::string detail{};  // for the log, in the library's words; may be empty
};

using http_result = std::expected<http_response, http_failure>;

class http_client {
 public:
  virtual ~http_client() = default;

  /// Errors: all. A header's name and value must not contain line ends: bad_request.
  virtual task<http_result> send(http_request request) = 0;
};

}  // namespace troupe::ports
