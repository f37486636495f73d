// emulation.hpp — commands of a client whose own connection leads only from the server to it (HTTP
// stream, server-sent events), in a request of their own (protocol reference, section 8).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocol/client/encoding.hpp"
#include "protocol/errc.hpp"

namespace troupe::protocol {

struct emulation_request {
  std::string session;  // both from connect_result
  std::string node;
  std::string data;  // a frame of commands in the encoding of the connection

  bool operator==(const emulation_request&) const = default;
};

/// In JSON `data` is a text. Borrows `body` for the call only. Errors: empty, malformed, too_deep,
/// wrong_type.
std::expected<emulation_request, errc> decode_emulation(encoding as, std::string_view body);

}  // namespace troupe::protocol
