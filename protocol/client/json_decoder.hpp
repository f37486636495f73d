// json_decoder.hpp — one JSON text frame of a client to the commands in it.
//
// A frame holds one or more objects, one a line; a line break after the last is tolerated.
// Payload fields keep their text byte for byte, except that line breaks between tokens are dropped;
// they are checked to be JSON, so what was decoded may be inlined into other JSON.
// A field this server does not know is skipped, `null` is a field left out (but `data` may be null:
// a payload is a value of its author's), and of two bodies in one command the first counts.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/client/command.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol {

/// Keeps its work memory between frames (a few times the largest frame seen), so there is one for
/// each thread that decodes, not one for each connection. Not thread-safe.
class json_decoder {
 public:
  json_decoder();
  ~json_decoder();
  json_decoder(json_decoder&&) noexcept;
  json_decoder& operator=(json_decoder&&) noexcept;

  /// All commands of the frame in their order, or why there are none: a frame with one bad command
  /// yields nothing, and its sender is to be disconnected (bad_request).
  /// Borrows `frame` for the call only. Errors: empty, malformed, too_deep, wrong_type,
  /// too_many_commands.
  std::expected<std::vector<command>, errc> decode(std::string_view frame);

 private:
  struct state;  // simdjson's parser, whose header is too costly to include everywhere
  std::unique_ptr<state> state_;
};

}  // namespace troupe::protocol
