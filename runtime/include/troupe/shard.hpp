// Which of n shards a key belongs to, when n may change.
#pragma once

#include <cstdint>

#include <troupe/detail/hash.hpp>

namespace troupe {
namespace detail {

/// Jump consistent hash (Lamping and Veach, 2014): no memory, about ln(count) steps.
constexpr std::uint32_t jump(std::uint64_t hash, std::uint32_t count) noexcept {
  std::int64_t chosen = 0;
  for (std::int64_t next = 0; next < static_cast<std::int64_t>(count);) {
    chosen = next;
    hash = hash * 2862933555777941757ULL + 1;
    const double ratio = static_cast<double>(1LL << 31U) / static_cast<double>((hash >> 33U) + 1);
    next = static_cast<std::int64_t>(static_cast<double>(chosen + 1) * ratio);
  }
  return static_cast<std::uint32_t>(chosen);
}

}  // namespace detail

/// The shard of a key, 0..count-1 (count > 0): even, the same each time, and when `count` grows
/// from n to n+1, only one key in n+1 moves, to the new shard.
template <class Key>
std::uint32_t shard_of(const Key& key, std::uint32_t count) {
  return detail::jump(detail::hash_of(key), count);
}

}  // namespace troupe
