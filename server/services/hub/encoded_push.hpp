// encoded_push.hpp — one push on its way from a channel to its subscribers: what a delivery is
// decided by, and the push framed once for each wire format that a subscriber uses.
//
// Made by the channel, passed on by the fanouts, transmitted by the clients: one object, shared by
// all deliveries and never changed, so that a delivery costs a reference count. Each client takes
// from it what is meant for it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/ids.hpp"
#include "core/shared_bytes.hpp"
#include "protocol/client/publication.hpp"
#include "protocol/client/push.hpp"
#include "protocol/client/stream_position.hpp"
#include "services/hub/context.hpp"
#include "services/hub/delta_frames.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

struct encoded_push {
  enum class kind : std::uint8_t {
    publication,
    position_check,  // where the stream is at; nothing to transmit
    other,
  };
  kind what = kind::other;
  protocol::stream_position position;  // of a publication in a stream or a check; else no epoch
  std::map<std::string, std::string> tags;  // of a publication

  /// Ready to be transmitted; empty for a format that no subscriber used, and for one that cannot
  /// carry a payload of the push (bytes in JSON).
  [[nodiscard]] const core::shared_bytes& frame(wire_format format) const {
    return frames[std::to_underlying(format)];
  }
  std::array<core::shared_bytes, wire_formats.size()> frames;
  std::unique_ptr<const delta_frames> deltas;  // of a publication; null: nobody there wants them
};

/// Whom publications are encoded for.
struct push_audience {
  format_counts plain;
  delta_audience deltas;
};

using shared_push = std::shared_ptr<const encoded_push>;

/// Encoded once for each encoding and framed once for each format that is used.
shared_push encode(const context& shared, const format_counts& used,
                   const core::channel_name& channel, protocol::publication publication);
/// Of a stream, or with deltas.
shared_push encode(const context& shared, const push_audience& used,
                   const core::channel_name& channel, protocol::publication publication,
                   std::string epoch, const std::string* previous);
shared_push encode_check(protocol::stream_position top);
shared_push encode(const context& shared, const format_counts& used, const protocol::push& push);

}  // namespace troupe::hub
