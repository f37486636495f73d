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
#include "services/hub/context.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

struct encoded_push {
  std::uint64_t offset = 0;                 // of a publication in a stream; 0 for everything else
  std::map<std::string, std::string> tags;  // of a publication

  /// Ready to be transmitted; empty for a format that no subscriber used, and for one that cannot
  /// carry a payload of the push (bytes in JSON).
  [[nodiscard]] const core::shared_bytes& frame(wire_format format) const {
    return frames[std::to_underlying(format)];
  }
  std::array<core::shared_bytes, wire_formats.size()> frames;
};

using shared_push = std::shared_ptr<const encoded_push>;

/// Encoded once for each encoding and framed once for each format that is used.
shared_push encode(const context& shared, const format_counts& used,
                   const core::channel_name& channel, protocol::publication publication);
shared_push encode(const context& shared, const format_counts& used, const protocol::push& push);

}  // namespace troupe::hub
