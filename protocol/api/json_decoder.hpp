// json_decoder.hpp — the body of an API call to its request.
//
// The rules for unknown fields, `null` and payloads are those of protocol/client/json_decoder.hpp.
// An empty body counts as {}. That a channel is named is left to whoever serves the request.
#pragma once

#include <expected>
#include <memory>
#include <string_view>

#include "protocol/api/channels.hpp"
#include "protocol/api/development_token.hpp"
#include "protocol/api/history.hpp"
#include "protocol/api/info.hpp"
#include "protocol/api/presence.hpp"
#include "protocol/api/publish.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol::api {

/// Keeps its work memory between calls: one for each thread that decodes. Not thread-safe.
class json_decoder {
 public:
  json_decoder();
  ~json_decoder();
  json_decoder(json_decoder&&) noexcept;
  json_decoder& operator=(json_decoder&&) noexcept;

  /// Request is one of the request structs of this folder. Of `data` and `b64data` the latter wins.
  /// Borrows `body` for the call only. Errors: malformed, too_deep, wrong_type, bad_base64.
  template <class Request>
  std::expected<Request, errc> decode(std::string_view body);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace troupe::protocol::api
