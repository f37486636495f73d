// protobuf_encoder.hpp — replies and pushes to protobuf for clients (client.proto).
//
// Each function appends one message behind its length as a varint: several appended one after the
// other are a frame. A ping is the single byte 0. Zero values are left out, an empty result is
// sent.
#pragma once

#include <string>
#include <string_view>

#include "protocol/client/push.hpp"
#include "protocol/client/reply.hpp"

namespace troupe::protocol {

void append_protobuf(std::string& out, const reply& reply);

/// A reply that carries nothing but the push.
void append_protobuf(std::string& out, const push& push);

/// The same for the most frequent push, from the publication where it lies.
void append_protobuf(std::string& out, std::string_view channel, const publication& publication);

}  // namespace troupe::protocol
