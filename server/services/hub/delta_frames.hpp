// delta_frames.hpp — a publication as subscribers with deltas are given it: whole, or as a patch
// against the publication before it (protocol reference, delta).
//
// In JSON both come as a string: the text of the payload, or the patch. A payload that is no JSON
// has neither there.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/shared_bytes.hpp"
#include "protocol/client/encoding.hpp"
#include "protocol/client/publication.hpp"
#include "services/hub/context.hpp"
#include "services/hub/wire_format.hpp"

namespace troupe::hub {

/// The subscribers with deltas, by what they can be given.
struct delta_audience {
  format_counts all;
  format_counts unready;  // of them, those who have not had the publication before: no patch yet

  [[nodiscard]] bool empty() const { return all.empty(); }
};

class delta_frames {
 public:
  /// `previous` is the payload before this one; null where a patch is not wanted or not possible. A
  /// patch that is not shorter than the payload is not used.
  delta_frames(const context& shared, const delta_audience& used, const core::channel_name& channel,
               const protocol::publication& publication, const std::string* previous);

  /// For a subscriber who has had the publication before (`ready`) or has not. Empty: the format
  /// cannot carry the payload.
  [[nodiscard]] const core::shared_bytes& frame(wire_format format, bool ready) const {
    const core::shared_bytes& patch = patches_[std::to_underlying(format)];
    return ready && !patch.empty() ? patch : whole_[std::to_underlying(format)];
  }

 private:
  using frames = std::array<core::shared_bytes, wire_formats.size()>;

  frames whole_;
  frames patches_;
};

/// Publications that a subscriber with deltas recovers: the first one whole, each further one as a
/// patch where that is shorter.
void to_deltas(std::vector<protocol::publication>& recovered, protocol::encoding as);

}  // namespace troupe::hub
