// framing.hpp — encoded messages as they go over the wire: what each transport puts around them.
#pragma once

#include <string_view>

#include "core/shared_bytes.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::gateway {

/// Frames what protocol::append_message has made, one message or several: hub::context::frame. Any
/// thread.
/// WebSocket: one frame, text for JSON, else binary; where compression was agreed, compressed when
/// that makes it smaller. HTTP stream: one chunk of the body, in JSON ended by a line break.
/// Server-sent events: one chunk of the body, an event for each message.
[[nodiscard]] core::shared_bytes frame(hub::wire_format format, std::string_view messages);

}  // namespace troupe::gateway
