// frame_writer.hpp — WebSocket frames of the server (RFC 6455 section 5): never masked, never
// fragmented.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "transport/websocket/frame.hpp"

namespace troupe::websocket {

/// What stands before a payload: enough to send a payload from where it lies with a gathered write.
class frame_header {
 public:
  /// `compressed`: the payload is one of deflate_message, and the client has agreed to that.
  frame_header(opcode code, std::size_t payload_bytes, bool compressed = false);

  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 10> bytes_{};
  std::uint8_t size_ = 0;
};

/// A whole frame. The payload of a text frame must be UTF-8.
std::string frame(opcode code, std::string_view payload);
void append_frame(std::string& out, opcode code, std::string_view payload);

/// Payloads over 125 bytes are cut.
std::string ping_frame(std::string_view payload);
std::string pong_frame(std::string_view payload);

/// The reason is cut to 123 bytes, not within a character. The code no_status gives an empty frame.
std::string close_frame(std::uint16_t code, std::string_view reason);

}  // namespace troupe::websocket
