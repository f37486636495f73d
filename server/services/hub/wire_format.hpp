// wire_format.hpp — the forms in which messages reach clients: an encoding within what a transport
// puts around it. Clients of one format can be given the very same bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/counters.hpp"
#include "protocol/client/encoding.hpp"

namespace troupe::hub {

enum class wire_format : std::uint8_t {
  websocket_json,
  websocket_json_deflate,
  websocket_protobuf,
  websocket_protobuf_deflate,
  http_stream_json,
  http_stream_protobuf,
  sse_json,
};

inline constexpr std::array wire_formats{wire_format::websocket_json,
                                         wire_format::websocket_json_deflate,
                                         wire_format::websocket_protobuf,
                                         wire_format::websocket_protobuf_deflate,
                                         wire_format::http_stream_json,
                                         wire_format::http_stream_protobuf,
                                         wire_format::sse_json};

constexpr protocol::encoding encoding_of(wire_format format) {
  using enum wire_format;
  const bool protobuf = format == websocket_protobuf || format == websocket_protobuf_deflate ||
                        format == http_stream_protobuf;
  return protobuf ? protocol::encoding::protobuf : protocol::encoding::json;
}

constexpr core::transport transport_of(wire_format format) {
  using enum wire_format;
  switch (format) {
    case http_stream_json:
    case http_stream_protobuf:
      return core::transport::http_stream;
    case sse_json:
      return core::transport::sse;
    case websocket_json:
    case websocket_json_deflate:
    case websocket_protobuf:
    case websocket_protobuf_deflate:
      break;
  }
  return core::transport::websocket;
}

/// How many use each format: what nobody uses is neither encoded nor framed.
class format_counts {
 public:
  void add(wire_format format) { ++of(format); }
  void remove(wire_format format) { --of(format); }
  [[nodiscard]] bool uses(wire_format format) const {
    return counts_[std::to_underlying(format)] > 0;
  }
  [[nodiscard]] bool empty() const { return *this == format_counts{}; }
  bool operator==(const format_counts&) const = default;

 private:
  std::uint32_t& of(wire_format format) { return counts_[std::to_underlying(format)]; }

  std::array<std::uint32_t, wire_formats.size()> counts_{};
};

}  // namespace troupe::hub
