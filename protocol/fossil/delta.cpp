// As in rsync: the original is cut into blocks, each entered in a table under its hash. A window as
// wide as a block slides over the target; where its hash is in the table, the match is extended to
// both sides.
#include "protocol/fossil/delta.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <vector>

namespace troupe::protocol::fossil {
namespace {

constexpr std::size_t block_bytes = 16;
constexpr std::size_t continuations_max = 3;  // of one character in UTF-8

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool continues_character(std::string_view text, std::size_t at) {
  return at < text.size() && (byte_at(text, at) & 0xc0U) == 0x80U;
}

void append_number(std::string& to, std::uint64_t number) {
  constexpr std::string_view digits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
  constexpr int bits = 6;
  int shift = 0;
  while (number >> shift >> bits != 0) shift += bits;
  for (; shift >= 0; shift -= bits) to.push_back(digits[(number >> shift) & 0x3fU]);
}

/// The hash of block_bytes bytes, which can move on by one byte at a small cost.
class rolling_hash {
 public:
  explicit rolling_hash(std::string_view block) {
    for (std::size_t i = 0; i < block_bytes; ++i) {
      sum_ += byte_at(block, i);
      sum_of_sums_ += sum_;
    }
  }
  void move(std::uint32_t leaving, std::uint32_t coming) {
    sum_ += coming - leaving;
    sum_of_sums_ += sum_ - block_bytes * leaving;
  }
  [[nodiscard]] std::size_t value() const { return (sum_ ^ (sum_of_sums_ << 8)) * 0x9e3779b1U; }

 private:
  std::uint32_t sum_ = 0;
  std::uint32_t sum_of_sums_ = 0;  // earlier bytes weigh more
};

struct match {
  std::size_t from = 0;   // in the original
  std::size_t begin = 0;  // in the target
  std::size_t length = 0;
};

/// The blocks of the original, by their hashes.
class block_table {
 public:
  explicit block_table(std::string_view original)
      : original_(original),
        next_(original.size() / block_bytes, none),
        first_(std::bit_ceil(std::max<std::size_t>(next_.size(), 1)), none) {
    // From the last to the first, so that the earliest of equal blocks is found first.
    for (std::size_t block = next_.size(); block-- > 0;) {
      const rolling_hash hash(original.substr(block * block_bytes, block_bytes));
      std::uint32_t& bucket = first_[hash.value() & (first_.size() - 1)];
      next_[block] = bucket;
      bucket = static_cast<std::uint32_t>(block);
    }
  }

  /// The longest match that holds the window at `at`; it begins at `earliest` or later. Empty:
  /// there is none.
  [[nodiscard]] match longest(std::string_view target, std::size_t earliest, std::size_t at,
                              const rolling_hash& hash) const {
    match best;
    std::uint32_t block = first_[hash.value() & (first_.size() - 1)];
    for (std::size_t i = 0; i < delta_candidates_max && block != none; ++i, block = next_[block]) {
      const match found = extended(target, earliest, at, block * block_bytes);
      if (found.length > best.length) best = found;
    }
    return best;
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  [[nodiscard]] match extended(std::string_view target, std::size_t earliest, std::size_t at,
                               std::size_t from) const {
    const std::size_t after_max = std::min(target.size() - at, original_.size() - from);
    std::size_t after = 0;
    while (after < after_max && target[at + after] == original_[from + after]) ++after;
    if (after < block_bytes) return {};  // only the hashes are equal
    const std::size_t before_max = std::min(at - earliest, from);
    std::size_t before = 0;
    while (before < before_max && target[at - before - 1] == original_[from - before - 1]) ++before;
    return {.from = from - before, .begin = at - before, .length = before + after};
  }

  std::string_view original_;
  std::vector<std::uint32_t> next_;   // of each block: another one in its bucket
  std::vector<std::uint32_t> first_;  // of each bucket
};

/// Less by the parts of characters at its ends. It loses less than half of a block.
match without_parts_of_characters(match found, std::string_view target) {
  for (std::size_t i = 0; i < continuations_max && continues_character(target, found.begin); ++i) {
    ++found.from;
    ++found.begin;
    --found.length;
  }
  for (std::size_t i = 0;
       i < continuations_max && continues_character(target, found.begin + found.length); ++i) {
    --found.length;
  }
  return found;
}

void append_insert(std::string& delta, std::string_view bytes) {
  if (bytes.empty()) return;
  append_number(delta, bytes.size());
  delta.push_back(':');
  delta.append(bytes);
}

void append_copy(std::string& delta, const match& what) {
  append_number(delta, what.length);
  delta.push_back('@');
  append_number(delta, what.from);
  delta.push_back(',');
}

}  // namespace

std::uint32_t checksum(std::string_view target) noexcept {
  std::uint32_t sum = 0;
  constexpr unsigned high_shift = 24;
  for (std::size_t i = 0; i < target.size(); ++i) {
    sum += byte_at(target, i) << (high_shift - 8 * (i % 4));
  }
  return sum;
}

std::string create_delta(std::string_view original, std::string_view target) {
  assert(original.size() < std::numeric_limits<std::uint32_t>::max() &&
         target.size() < std::numeric_limits<std::uint32_t>::max());
  std::string delta;
  append_number(delta, target.size());
  delta.push_back('\n');

  std::size_t covered = 0;  // of the target, by the segments so far
  if (original.size() >= block_bytes && target.size() >= block_bytes) {
    const block_table blocks(original);
    rolling_hash hash(target);
    for (std::size_t at = 0; at + block_bytes <= target.size();) {
      const match found = blocks.longest(target, covered, at, hash);
      if (found.length == 0) {
        const std::size_t coming = at + block_bytes;
        if (coming < target.size()) hash.move(byte_at(target, at), byte_at(target, coming));
        ++at;
        continue;
      }
      const match taken = without_parts_of_characters(found, target);
      append_insert(delta, target.substr(covered, taken.begin - covered));
      append_copy(delta, taken);
      covered = at = taken.begin + taken.length;
      if (at + block_bytes <= target.size()) hash = rolling_hash(target.substr(at));
    }
  }
  append_insert(delta, target.substr(covered));
  append_number(delta, checksum(target));
  delta.push_back(';');
  return delta;
}

}  // namespace troupe::protocol::fossil
