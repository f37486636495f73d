// What the answer of actor_cell::push means for the envelope. Not for users.
#pragma once

#include <troupe/detail/cell.hpp>

namespace troupe::detail {

/// True when the envelope is the mailbox's now, or gone; false when it is still the caller's.
constexpr bool taken(tell_status status) noexcept {
  return status == tell_status::accepted || status == tell_status::dropped;
}

}  // namespace troupe::detail
