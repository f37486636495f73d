// json_decoder.hpp — the body of an API call to its request.
//
// The rules for unknown fields, `null` and payloads are those of protocol/client/json_decoder.hpp.
// An empty body counts as {}. Of `data` and `b64data`, and of `info` and `b64info`, the latter
// wins. That a channel is named is left to whoever serves the request.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/api/development_token.hpp"
#include "protocol/api/request.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol::api {

/// Keeps its work memory between calls: one for each thread that decodes. Not thread-safe.
/// Borrows what it decodes for the call only.
class json_decoder {
 public:
  static constexpr std::size_t commands_per_batch_max = 1000;

  json_decoder();
  ~json_decoder();
  json_decoder(json_decoder&&) noexcept;
  json_decoder& operator=(json_decoder&&) noexcept;

  /// Request is one of the request structs of this folder, batch_request too.
  /// Errors: malformed, too_deep, wrong_type, bad_base64, too_many_commands.
  template <class Request>
  std::expected<Request, errc> decode(std::string_view body);

  /// The request of the method of this name; monostate when there is none, whatever the body.
  /// Errors: the same.
  std::expected<request, errc> decode(std::string_view method, std::string_view body);

  /// Calls one behind the other, each in a line of its own, or a single one in any layout. A call
  /// whose params cannot be decoded does not concern the others.
  /// Errors: empty, malformed, too_deep, wrong_type (no object, or of its envelope),
  /// too_many_commands.
  std::expected<std::vector<enveloped_request>, errc> decode_enveloped(std::string_view body);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace troupe::protocol::api
