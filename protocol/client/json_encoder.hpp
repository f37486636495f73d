// json_encoder.hpp — replies and pushes to JSON for clients.
//
// Each function appends one object in one line, without a line break: the caller joins several into
// a frame with "\n". Zero values are left out, except where client libraries rely on them (user and
// client of a client_info; all of the results of presence, presence_stats and history). An empty
// result is still sent: {"id":3,"publish":{}}.
// Payload fields are to hold JSON text, which is inlined: whether they do, holds_only_json tells.
#pragma once

#include <string>
#include <string_view>

#include "protocol/client/push.hpp"
#include "protocol/client/reply.hpp"

namespace troupe::protocol {

void append_json(std::string& out, const reply& reply);

/// {"push":{…}}: a reply that carries nothing but the push.
void append_json(std::string& out, const push& push);

/// The same for the most frequent push, from the publication where it lies.
void append_json(std::string& out, std::string_view channel, const publication& publication);

}  // namespace troupe::protocol
