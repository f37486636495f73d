// frame_parser.hpp — bytes from a client to WebSocket messages (RFC 6455 section 5).
//
// Sans I/O. Feed it what was read, in pieces of any size; how the bytes are cut changes nothing:
//
//   for (;;) {
//     auto next = parser.next(input);                  // advances input
//     if (!next) { send(close_frame(next.error().code, next.error().reason)); break; }
//     if (!*next) break;                               // input is used up
//     std::visit(handler, std::move(**next));
//   }
//
// Memory: a message costs what of it has arrived, never what its header declares; while a buffer
// grows, the old and the new together stay below twice message_bytes_max. A message leaves with its
// event, so between messages the parser owns no heap memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "transport/websocket/frame.hpp"
#include "transport/websocket/utf8_checker.hpp"

namespace troupe::websocket {

/// A complete message, its fragments joined.
struct text_message {
  std::string text;  // valid UTF-8
  bool operator==(const text_message&) const = default;
};
struct binary_message {
  std::string bytes;
  bool operator==(const binary_message&) const = default;
};

/// To be answered with a pong of the same payload (at most 125 bytes).
struct ping {
  std::string payload;
  bool operator==(const ping&) const = default;
};
struct pong {
  std::string payload;
  bool operator==(const pong&) const = default;
};

/// The peer closes; to be answered with a close frame. Nothing follows it: later bytes are dropped.
struct close {
  std::uint16_t code;  // no_status when the peer gave none
  std::string reason;  // valid UTF-8
  bool operator==(const close&) const = default;
};

using event = std::variant<text_message, binary_message, ping, pong, close>;

/// The peer broke the protocol: close with this code. 1002 protocol_error, 1007 bad_payload (text
/// that is not UTF-8, found at the first impossible byte, or at the end of a compressed message),
/// 1009 message_too_big (found when the length is declared, or while it is inflated).
struct failure {
  std::uint16_t code;
  std::string_view reason;  // a fixed text

  bool operator==(const failure&) const = default;
};

class frame_parser {
 public:
  static constexpr std::size_t inflated_times_max = 10;

  /// With `takes_deflated`, messages may come compressed (permessage_deflate.hpp):
  /// message_bytes_max then bounds what arrives, and inflated_times_max times it what comes out.
  explicit frame_parser(std::size_t message_bytes_max, bool takes_deflated = false);

  /// The next event, or nothing when `input` is used up. Advances `input` behind what it took.
  /// After a failure every call returns it again and takes all input.
  std::expected<std::optional<event>, failure> next(std::span<const std::byte>& input);

  /// Whether a frame or a fragmented message has begun and is not complete.
  [[nodiscard]] bool mid_message() const;

 private:
  enum class phase : std::uint8_t { header, payload, closed, failed };

  std::expected<bool, failure> read_header(std::span<const std::byte>& input);
  std::expected<void, failure> check_first_bytes() const;
  std::expected<void, failure> begin_payload(std::uint64_t declared_bytes);
  std::expected<void, failure> take_payload(std::span<const std::byte>& input);
  std::expected<std::optional<event>, failure> finish_frame();
  std::expected<event, failure> finish_close();
  std::expected<event, failure> finish_message();
  std::expected<std::string, failure> inflate(std::string_view payload);
  std::unexpected<failure> fail(failure reason);

  [[nodiscard]] bool is_control() const { return (frame_opcode() & 0x8) != 0; }
  [[nodiscard]] bool is_final() const { return (header_[0] & 0x80) != 0; }
  [[nodiscard]] std::uint8_t frame_opcode() const { return header_[0] & 0x0F; }

  std::size_t message_bytes_max_;
  bool takes_deflated_;
  bool deflated_ = false;  // the data message in progress
  std::string message_;    // of the data message in progress
  std::string control_;    // of the control frame in progress, which may come between fragments
  std::uint64_t payload_left_bytes_ = 0;
  std::size_t payload_seen_bytes_ = 0;  // of this frame: where the mask stands
  std::string_view failure_reason_;
  std::uint16_t failure_code_ = 0;
  std::array<std::uint8_t, 14> header_{};
  std::uint8_t header_bytes_ = 0;
  phase phase_ = phase::header;
  opcode message_opcode_ = opcode::continuation;  // continuation: no message in progress
  utf8_checker utf8_;
};

}  // namespace troupe::websocket
