// Every cell that has not closed, found by id and walked in pieces. Any thread.
//
// Ids ascend, so a shard keeps its cells in chunks of consecutive ids: a place to go on from is a
// number that survives whatever comes and goes, and a chunk whose cells have all gone is freed, but
// for the newest, which has room for those to come. A lock is held for one chunk at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/shown.hpp>

namespace troupe::detail {

class live_cells {
 public:
  static constexpr std::size_t chunk_size = 16;

  void add(actor_cell& cell) {
    shard& in = shard_of(cell.id());
    const std::scoped_lock lock(in.mutex);
    const std::uint64_t place = cell.id() / shard_count;
    chunk& to = in.holding(place / chunk_size);
    to.cells[place % chunk_size] = &cell;
    ++to.used;
    ++in.size;
  }

  void remove(const actor_cell& cell) noexcept {
    shard& in = shard_of(cell.id());
    const std::scoped_lock lock(in.mutex);
    const std::uint64_t place = cell.id() / shard_count;
    chunk& from = in.holding(place / chunk_size);
    from.cells[place % chunk_size] = nullptr;
    if (--from.used == 0 && &from != in.newest) in.chunks.erase(place / chunk_size);
    in.size = in.size - 1;
  }

  /// Calls `look(cell)` under the lock, if the cell is there.
  template <class Look>
  bool with(std::uint64_t id, Look&& look) const {
    const shard& in = shard_of(id);
    const std::scoped_lock lock(in.mutex);
    const std::uint64_t place = id / shard_count;
    const auto found = in.chunks.find(place / chunk_size);
    if (found == in.chunks.end() || !found->second.cells[place % chunk_size]) return false;
    look(*found->second.cells[place % chunk_size]);
    return true;
  }

  /// Calls `look(cell)` under the lock for what is left of the chunk at `position` or of the next
  /// one; gives the position behind it, or nothing at the end. The first position is 0.
  template <class Look>
  std::optional<std::uint64_t> walk(std::uint64_t position, Look&& look) const {
    for (std::uint64_t number = position >> shard_shift; number < shard_count; ++number) {
      const shard& in = shards_[number];
      const std::scoped_lock lock(in.mutex);
      const std::uint64_t place = position & place_mask;
      const auto found = in.chunks.lower_bound(place / chunk_size);
      if (found != in.chunks.end()) {
        const std::size_t first = found->first == place / chunk_size ? place % chunk_size : 0;
        for (std::size_t i = first; i < chunk_size; ++i) {
          if (const actor_cell* cell = found->second.cells[i]) look(*cell);
        }
        return (number << shard_shift) | ((found->first + 1) * chunk_size);
      }
      position = (number + 1) << shard_shift;
    }
    return std::nullopt;
  }

  /// Where a walk comes to the cell of this id.
  static std::uint64_t position_of(std::uint64_t id) noexcept {
    return ((id % shard_count) << shard_shift) | (id / shard_count);
  }

  /// About how many there are.
  std::uint64_t size() const noexcept {
    std::uint64_t all = 0;
    for (const shard& each : shards_) all += each.size;
    return all;
  }

 private:
  static constexpr std::uint64_t shard_count = 16;
  static constexpr unsigned shard_shift = 59;
  static constexpr std::uint64_t place_mask = (1ULL << shard_shift) - 1;

  struct chunk {
    std::array<actor_cell*, chunk_size> cells{};
    std::size_t used = 0;
  };
  struct alignas(128) shard {
    mutable std::mutex mutex;
    std::map<std::uint64_t, chunk> chunks;  // by place / chunk_size
    chunk* newest = nullptr;
    std::uint64_t newest_key = 0;
    shown<std::uint64_t> size{0};

    chunk& holding(std::uint64_t key) {
      if (newest && key == newest_key) return *newest;
      if (newest && key < newest_key) return chunks[key];
      chunk& fresh = chunks[key];  // may throw: before anything is changed
      if (newest && newest->used == 0) chunks.erase(newest_key);
      newest = &fresh;
      newest_key = key;
      return fresh;
    }
  };

  shard& shard_of(std::uint64_t id) noexcept { return shards_[id % shard_count]; }
  const shard& shard_of(std::uint64_t id) const noexcept { return shards_[id % shard_count]; }

  std::array<shard, shard_count> shards_;
};

}  // namespace troupe::detail
