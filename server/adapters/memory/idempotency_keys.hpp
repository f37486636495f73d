// idempotency_keys.hpp — the keys that the newest publications of one stream came with, and which
// offsets they got. Internal to memory/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "ports/history.hpp"

namespace troupe::memory {

class idempotency_keys {
 public:
  /// What a key counts against the bound of bytes.
  [[nodiscard]] static std::size_t kept_bytes(const std::string& key) noexcept {
    return 2 * sizeof(entry) + 2 * key.size();
  }

  [[nodiscard]] std::optional<std::uint64_t> offset_of(const std::string& key) const {
    const auto found = offsets_.find(key);
    return found == offsets_.end() ? std::nullopt : std::optional(found->second);
  }

  /// The key must not be there; offsets ascend, and so does time.
  void add(std::string key, std::uint64_t offset, time_point now) {
    offsets_.emplace(key, offset);
    entries_.push_back({std::move(key), offset, now + ports::idempotency_ttl});
  }

  /// Forgets what is over; `top` is the newest offset. Gives the bytes that it counted.
  std::size_t forget(std::uint64_t top, time_point now) {
    std::size_t bytes = 0;
    while (!entries_.empty() && (entries_.front().until <= now ||
                                 entries_.front().offset + ports::idempotency_offsets_max <= top)) {
      bytes += kept_bytes(entries_.front().key);
      offsets_.erase(entries_.front().key);
      entries_.pop_front();
    }
    return bytes;
  }

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// When the last one will be over; not when there is none.
  [[nodiscard]] time_point until() const noexcept { return entries_.back().until; }

 private:
  struct entry {
    std::string key;
    std::uint64_t offset;
    time_point until;
  };
  std::deque<entry> entries_;  // oldest first
  std::unordered_map<std::string, std::uint64_t> offsets_;
};

}  // namespace troupe::memory
