#include "gateway/framing.hpp"

#include <string>
#include <utility>

#include "transport/http/chunk.hpp"
#include "transport/http/event_stream.hpp"
#include "transport/websocket/frame_writer.hpp"
#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::gateway {

namespace {

core::shared_bytes websocket_frame(websocket::opcode code, std::string_view payload,
                                   bool compressed = false) {
  const websocket::frame_header header(code, payload.size(), compressed);
  return core::shared_bytes::joined({header.bytes(), payload});
}

core::shared_bytes deflated_frame(websocket::opcode code, std::string_view messages) {
  const std::string smaller = websocket::deflate_message(messages);
  if (smaller.size() >= messages.size()) return websocket_frame(code, messages);
  return websocket_frame(code, smaller, true);
}

}  // namespace

core::shared_bytes frame(hub::wire_format format, std::string_view messages) {
  using enum hub::wire_format;
  switch (format) {
    case websocket_json:
      return websocket_frame(websocket::opcode::text, messages);
    case websocket_json_deflate:
      return deflated_frame(websocket::opcode::text, messages);
    case websocket_protobuf:
      return websocket_frame(websocket::opcode::binary, messages);
    case websocket_protobuf_deflate:
      return deflated_frame(websocket::opcode::binary, messages);
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
