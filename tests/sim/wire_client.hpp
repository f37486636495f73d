// wire_client.hpp — a client of the simulated server: sends the bytes it is told to, keeps what
// comes back. A test reads the transcript between the simulation's steps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/io/byte_stream.hpp>

#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::sim {

/// What a client has heard. After a 101 the bytes are read as WebSocket frames of a server.
struct transcript {
  std::string http;                   // everything before, or without, a WebSocket
  std::vector<std::string> texts;     // the lines of text frames
  std::size_t deflated = 0;           // how many of those frames came compressed
  std::vector<std::string> binaries;  // of binary frames
  std::vector<std::string> pings;
  std::vector<std::string> pongs;
  std::optional<std::uint16_t> close_code;
  std::string close_reason;
  bool ended = false;      // the server has ended its side
  bool malformed = false;  // a frame that no server sends

  bool is_websocket() const { return http.starts_with("HTTP/1.1 101 "); }
  /// Whether one of the texts contains this.
  bool heard(std::string_view part) const { return count(part) > 0; }
  std::size_t count(std::string_view part) const {
    std::size_t found = 0;
    for (const std::string& text : texts) found += text.contains(part) ? 1 : 0;
    return found;
  }
};

/// A frame as a client sends it; the mask is zero, so the payload can be read in a failure.
inline std::string client_frame(std::uint8_t opcode, std::string_view payload) {
  std::string frame{static_cast<char>(0x80U | opcode)};
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  frame.append(4, '\0');
  return frame.append(payload);
}
inline std::string text_frame(std::string_view payload) {
  return client_frame(0x1, payload);
}

inline std::string binary_frame(std::string_view payload) {
  return client_frame(0x2, payload);
}

/// `query` with its "?", or nothing.
inline std::string upgrade_request(std::string_view extra_headers = "",
                                   std::string_view query = "") {
  return "GET /connection/websocket" + std::string(query) +
         " HTTP/1.1\r\nHost: sim\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string(extra_headers) + "\r\n";
}

/// To a client: send these bytes.
struct say {
  std::string bytes;
};
/// To a client: read nothing until `listen_again`.
struct stop_listening {};
struct listen_again {};
/// To a client: cut the connection.
struct hang_up {};

class wire_client final : public actor {
 public:
  wire_client(io::pending_stream stream, transcript& into, std::string first_bytes)
      : into_(into), stream_(open(std::move(stream))), out_(std::move(first_bytes)) {
    stream_->notify_readable();
  }

  void on(say message) { out_ += message.bytes; }
  void on(stop_listening) { listens_ = false; }
  void on(listen_again) {
    listens_ = true;
    stream_->notify_readable();
  }
  void on(hang_up) { stop(); }
  void on(io::writable) {}
  void on(io::readable) {
    if (!listens_) return;
    std::byte buffer[4096];
    const auto count = stream_->read_some(buffer);
    if (!count && count.error() != io::errc::would_block) {
      into_.ended = true;
      stream_->close_write();
      return;
    }
    if (count) hear({reinterpret_cast<const char*>(buffer), *count});
    stream_->notify_readable();
  }
  void turn_ended() {
    while (!out_.empty()) {
      const io::write_buffer part = std::as_bytes(std::span(out_));
      const auto count = stream_->write_some({&part, 1});
      if (!count) {
        if (count.error() == io::errc::would_block) stream_->notify_writable();
        return;
      }
      out_.erase(0, *count);
    }
  }

 private:
  void hear(std::string_view bytes) {
    in_ += bytes;
    if (into_.http.empty() || !into_.is_websocket()) {
      const std::size_t end = in_.starts_with("HTTP/1.1 101 ") ? in_.find("\r\n\r\n") : 0;
      if (end == std::string::npos) return;
      const std::size_t taken = end == 0 ? in_.size() : end + 4;
      // Until it is long enough to tell, it may become a 101.
      if (end == 0 && in_.size() < 13 && into_.http.empty()) return;
      into_.http += in_.substr(0, taken);
      in_.erase(0, taken);
      if (!into_.is_websocket()) return;
    }
    while (hear_frame()) {
    }
  }

  bool hear_frame() {
    if (in_.size() < 2) return false;
    const auto at = [this](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(in_[i]));
    };
    std::size_t size = at(1);
    std::size_t begin = 2;
    if (size == 126) {
      if (in_.size() < 4) return false;
      size = at(2) << 8U | at(3);
      begin = 4;
    } else if (size >= 127) {
      into_.malformed = true;
      in_.clear();
      return false;
    }
    if (in_.size() < begin + size) return false;
    const std::string payload = in_.substr(begin, size);
    switch (at(0)) {
      case 0xC1:
        ++into_.deflated;
        hear_lines(websocket::inflate_message(payload, inflated_bytes_max).value_or("malformed"));
        break;
      case 0x81:
        hear_lines(payload);
        break;
      case 0x82:
        into_.binaries.push_back(payload);
        break;
      case 0x89:
        into_.pings.push_back(payload);
        break;
      case 0x8A:
        into_.pongs.push_back(payload);
        break;
      case 0x88:
        into_.close_code =
            static_cast<std::uint16_t>(size < 2 ? 1005 : at(begin) << 8U | at(begin + 1));
        into_.close_reason = size < 2 ? "" : payload.substr(2);
        break;
      default:
        into_.malformed = true;
    }
    in_.erase(0, begin + size);
    return true;
  }

  void hear_lines(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      into_.texts.emplace_back(line);
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
  }

  static constexpr std::size_t inflated_bytes_max = 1 << 20;

  transcript& into_;
  std::unique_ptr<io::byte_stream> stream_;
  std::string out_;
  std::string in_;
  bool listens_ = true;
};

}  // namespace troupe::sim
