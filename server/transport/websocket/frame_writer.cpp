#include "transport/websocket/frame_writer.hpp"

#include <algorithm>

namespace troupe::websocket {

namespace {

constexpr std::size_t close_reason_bytes_max = control_payload_bytes_max - 2;

// The longest prefix within the limit that does not end within a character.
std::string_view cut_at_character(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

frame_header::frame_header(opcode code, std::size_t payload_bytes, bool compressed) {
  const auto put = [this](std::size_t value) { bytes_[size_++] = static_cast<char>(value & 0xFF); };
  put(0x80U | (compressed ? 0x40U : 0U) | static_cast<std::uint8_t>(code));
  if (payload_bytes <= 125) {
    put(payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    put(126);
    put(payload_bytes >> 8);
    put(payload_bytes);
  } else {
    put(127);
    for (unsigned shift = 64; shift > 0; shift -= 8) put(payload_bytes >> (shift - 8));
  }
}

std::string frame(opcode code, std::string_view payload) {
  std::string out;
  append_frame(out, code, payload);
  return out;
}

void append_frame(std::string& out, opcode code, std::string_view payload) {
  const frame_header header(code, payload.size());
  const std::size_t needed_bytes = out.size() + header.bytes().size() + payload.size();
  if (needed_bytes > out.capacity()) out.reserve(std::max(needed_bytes, 2 * out.capacity()));
  out.append(header.bytes());
  out.append(payload);
}

std::string ping_frame(std::string_view payload) {
  return frame(opcode::ping, payload.substr(0, control_payload_bytes_max));
}

std::string pong_frame(std::string_view payload) {
  return frame(opcode::pong, payload.substr(0, control_payload_bytes_max));
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  if (code == close_codes::no_status) return frame(opcode::close, {});
  std::string payload;
  payload.push_back(static_cast<char>(code >> 8));
  payload.push_back(static_cast<char>(code & 0xFF));
  payload.append(cut_at_character(reason, close_reason_bytes_max));
  return frame(opcode::close, payload);
}

}  // namespace troupe::websocket
