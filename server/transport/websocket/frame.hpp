// frame.hpp — the words of RFC 6455 that parser and writer share.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::websocket {

enum class opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

/// Payload of a control frame, at most (section 5.5).
inline constexpr std::size_t control_payload_bytes_max = 125;

/// The codes this side sends or must know (section 7.4.1). Applications use 3000–4999.
namespace close_codes {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t no_status = 1005;  // never sent: a close frame without a code
inline constexpr std::uint16_t bad_payload = 1007;
inline constexpr std::uint16_t message_too_big = 1009;
}  // namespace close_codes

}  // namespace troupe::websocket
