// encoding.hpp — the encodings of the client protocol behind one set of functions: who speaks with
// a client need not know which one it chose.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/client/command.hpp"
#include "protocol/client/push.hpp"
#include "protocol/client/reply.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol {

enum class encoding : std::uint8_t { json, protobuf };

/// Each appends one message the way messages follow one another in a frame: JSON on a line of its
/// own, with a line break before it when `out` holds one already; protobuf behind its length.
/// Error: not_json, for a payload that JSON cannot carry; then `out` is as it was.
std::expected<void, errc> append_message(std::string& out, encoding as, const reply& reply);
std::expected<void, errc> append_message(std::string& out, encoding as, const push& push);
/// The same for the most frequent push, from the publication where it lies.
std::expected<void, errc> append_message(std::string& out, encoding as, std::string_view channel,
                                         const publication& publication);

/// All commands of a client's frame in their order, or why there are none: a frame with one bad
/// command yields nothing, and its sender is to be disconnected (bad_request). Borrows `frame` for
/// the call only. Any thread. Errors: those of json_decoder and decode_protobuf.
std::expected<std::vector<command>, errc> decode_commands(encoding as, std::string_view frame);

}  // namespace troupe::protocol
