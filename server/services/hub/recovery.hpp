// recovery.hpp — what a subscriber missed, and whether that is all of it (protocol reference,
// streams, history, recovery). Pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "ports/history.hpp"
#include "protocol/client/publication.hpp"
#include "protocol/client/stream_position.hpp"

namespace troupe::hub {

struct recovery {
  bool recovered = false;
  std::vector<protocol::publication> publications;  // oldest first; none when not recovered
};

/// Every publication after `from`, of which a page of at most `most` is looked at. An epoch that is
/// empty is any; "_", which clients send for a position that nobody has, is none.
[[nodiscard]] ports::history_filter missed_since(const protocol::stream_position& from,
                                                 std::size_t most);
[[nodiscard]] recovery recover_all(ports::history_page page, const protocol::stream_position& from);

/// Only the newest publication, whatever came before it; none to who is up to date already.
[[nodiscard]] ports::history_filter newest();
[[nodiscard]] recovery recover_newest(ports::history_page page,
                                      const protocol::stream_position& from);

}  // namespace troupe::hub
