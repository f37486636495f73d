// Errors of streams and acceptors, in the runtime's own terms.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::io {

enum class errc : std::uint8_t {
  would_block,      // nothing to read, or no room to write, now; ask for a notice
  end_of_stream,    // the peer has closed its sending side
  connection_lost,  // reset, timed out, or closed on this side
  address_in_use,
  bad_address,
  permission_denied,
  no_resources,  // out of descriptors or memory
  other
};

struct error {
  errc code{};
  std::string detail;  // the system's own words; may be empty

  friend bool operator==(const error& left, errc right) noexcept { return left.code == right; }
};

}  // namespace troupe::io
