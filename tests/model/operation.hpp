// What a modelled thread is about to do, as far as the search has to know: two
// operations of different threads whose order makes no difference are explored
// in one order only.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

#include "clock.hpp"

namespace troupe::model {

/// What is operated on, numbered in the order of creation. 0 is nothing.
using object_id = std::uint32_t;

enum class action : std::uint8_t {
  none,
  load,
  store,
  update,
  lock,
  unlock,
  put,
  take,
  poll,
  yield
};

struct operation {
  action what = action::none;
  object_id on = 0;
  std::memory_order order = std::memory_order_seq_cst;
  std::source_location where{};
};

/// Whether their order can matter.
inline bool are_dependent(const operation& a, const operation& b) noexcept {
  return a.on != 0 && a.on == b.on && (a.what != action::load || b.what != action::load);
}

/// Whether two threads could ever be about to do these at once. Only the holder
/// unlocks.
inline bool may_be_co_enabled(const operation& a, const operation& b) noexcept {
  return a.what != action::unlock && b.what != action::unlock;
}

}  // namespace troupe::model
