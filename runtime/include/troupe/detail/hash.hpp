// Hashes whose every bit counts: std::hash leaves integers as they are.
#pragma once

#include <cstdint>
#include <functional>

namespace troupe::detail {

/// The finalizer of splitmix64: a bijection.
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

template <class Key>
std::uint64_t hash_of(const Key& key) {
  return mix(std::hash<Key>{}(key) + 0x9e3779b97f4a7c15U);
}

}  // namespace troupe::detail
