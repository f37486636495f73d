// request_parser.hpp — bytes of a connection to HTTP/1.x requests, one after the other.
//
// Sans I/O: the caller reads, feeds what it read, and sends. The parser takes the bytes of one
// request and leaves what follows (the next pipelined request, or the first frames after an
// upgrade) with the caller:
//
//   while (!input.empty()) {
//     auto fed = parser.feed(input);
//     if (!fed) { send(response_to(fed.error())), close; }
//     input = input.subspan(fed->consumed_bytes);
//     if (fed->complete) serve(parser.take());
//   }
//
// Strict where intermediaries could disagree about where a request ends (RFC 9112 section 11.2):
// a repeated Content-Length, Content-Length beside Transfer-Encoding, a Transfer-Encoding other
// than "chunked", folded header lines and a missing or repeated Host are refused.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "transport/http/request.hpp"

namespace troupe::http {

struct request_limits {
  std::size_t header_bytes_max = 16 * 1024;  // request line and headers -> 431
  std::size_t header_count_max = 100;        // -> 431
  std::size_t body_bytes_max = 64 * 1024;    // after chunks are joined -> 413
};

/// Why a request is refused, as the status to answer with (then close: where the next request would
/// begin is unknown). 400, 413, 431, 501 (unknown Transfer-Encoding) or 505 (not HTTP/1.x).
struct request_error {
  unsigned status;
  std::string_view reason;  // a fixed text for the response and the log

  bool operator==(const request_error&) const = default;
};

class request_parser {
 public:
  explicit request_parser(request_limits limits = {});
  ~request_parser();
  request_parser(request_parser&&) noexcept;
  request_parser& operator=(request_parser&&) noexcept;

  struct progress {
    std::size_t consumed_bytes;  // everything, unless complete
    bool complete;               // take() may be called now, feed() may not
  };

  /// Takes bytes up to the end of the request. After an error it returns the same error again.
  /// Memory: what arrived, within the limits; a declared length allocates nothing.
  std::expected<progress, request_error> feed(std::span<const std::byte> input);

  /// The client waits for "100 Continue" before it sends the body. True once per request, from when
  /// its headers are complete.
  [[nodiscard]] bool wants_continue();

  /// The complete request; the parser is ready for the next and owns no memory until it begins.
  request take();

  /// Whether a request has begun and is not complete: the difference between an idle connection
  /// and one that stalls.
  [[nodiscard]] bool started() const;

  /// Whether its headers are complete, and its body is not.
  [[nodiscard]] bool reads_body() const { return machine_ != nullptr && !complete_; }

 private:
  class machine;  // Beast's parser, whose header costs seconds to include

  [[nodiscard]] std::expected<std::size_t, request_error> find_headers(
      std::string_view text, std::size_t seen_bytes) const;
  std::expected<void, request_error> read_headers(std::string_view block);
  std::expected<std::size_t, request_error> read_body(std::string_view text);
  request_error fail(request_error error);

  request_limits limits_;
  std::unique_ptr<machine> machine_;  // from the end of the headers until take()
  std::string pending_;               // bytes of an unfinished header block or chunk line
  std::optional<request_error> error_;
  bool complete_ = false;
  bool wants_continue_ = false;
};

}  // namespace troupe::http
