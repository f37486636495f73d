// The part of the memory pool that threads share: see detail/allocation.hpp.
#pragma once

#include <chrono>
#include <cstddef>

#include <troupe/clock.hpp>

namespace troupe::detail {

/// Bytes of the free blocks that no thread keeps for itself. Any thread.
std::size_t pool_free_bytes() noexcept;

/// Gives the memory of pages that hold only free blocks back to the system. Any thread.
void trim_pool() noexcept;

/// So much more must be free than after the last trim before another is worth its time, and so
/// much time must have passed.
inline constexpr std::size_t trim_worth = 2U << 20U;
inline constexpr duration trim_interval = std::chrono::milliseconds(500);

/// For a thread that has nothing else to do: trims when that is worth it. Gives when it is to be
/// called again; time_point::max(): not before more has been freed.
time_point trim_pool_when_due(time_point now) noexcept;

}  // namespace troupe::detail
