#include "gateway/framing.hpp"

#include <string>
#include <utility>

#include "transport/http/chunk.hpp"
#include "transport/http/event_stream.hpp"
#include "transport/websocket/frame_writer.hpp"

namespace troupe::gateway {

core::shared_bytes frame(hub::wire_format format, std::string_view messages) {
  using enum hub::wire_format;
  switch (format) {
    case websocket_json: {
      const websocket::frame_header header(websocket::opcode::text, messages.size());
      return core::shared_bytes::joined({header.bytes(), messages});
    }
    case websocket_protobuf: {
      const websocket::frame_header header(websocket::opcode::binary, messages.size());
      return core::shared_bytes::joined({header.bytes(), messages});
    }
    case http_stream_protobuf:
      return core::shared_bytes::joined(
          {http::chunk_head(messages.size()), messages, http::chunk_tail});
    case http_stream_json:
      return core::shared_bytes::joined(
          {http::chunk_head(messages.size() + 1), messages, "\n", http::chunk_tail});
    case sse_json: {
      const std::string events = http::to_events(messages);
      return core::shared_bytes::joined(
          {http::chunk_head(events.size()), events, http::chunk_tail});
    }
  }
  std::unreachable();
}

}  // namespace troupe::gateway
