// protobuf_decoder.hpp — one binary frame of a client to the commands in it (client.proto).
//
// A frame holds one or more messages, each behind its length as a varint. A field this server does
// not know is skipped, and of two bodies in one command the first by number counts. Payloads are
// bytes of any kind.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "protocol/client/command.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol {

/// All commands of the frame in their order, or why there are none: a frame with one bad command
/// yields nothing, and its sender is to be disconnected (bad_request). Borrows `frame` for the call
/// only. Any thread. Errors: empty, malformed (also a text that is not UTF-8, or messages nested
/// deeper than json_depth_max), too_many_commands.
std::expected<std::vector<command>, errc> decode_protobuf(std::string_view frame);

}  // namespace troupe::protocol
