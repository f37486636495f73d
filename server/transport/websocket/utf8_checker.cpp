#include "transport/websocket/utf8_checker.hpp"

#include <cstring>

namespace troupe::websocket {

namespace {

// Bytes at the front that are ASCII, eight at a time.
std::size_t ascii_prefix_bytes(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t at = 0;
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & high_bits) != 0) break;
    at += 8;
  }
  return at;
}

}  // namespace

utf8_checker::verdict utf8_checker::feed(std::string_view piece) {
  std::size_t at = 0;
  while (at < piece.size()) {
    if (missing_ == 0) {
      at += ascii_prefix_bytes(piece.substr(at));
      if (at == piece.size()) break;
    }
    const auto byte = static_cast<std::uint8_t>(piece[at++]);
    if (missing_ > 0) {
      if (byte < next_min_ || byte > next_max_) return verdict::invalid;
      --missing_;
      next_min_ = 0x80;
      next_max_ = 0xBF;
    } else if (byte < 0x80) {
      continue;
    } else if (byte >= 0xC2 && byte <= 0xDF) {
      missing_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      missing_ = 2;
      if (byte == 0xE0) next_min_ = 0xA0;  // shorter forms exist
      if (byte == 0xED) next_max_ = 0x9F;  // surrogates
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      missing_ = 3;
      if (byte == 0xF0) next_min_ = 0x90;  // shorter forms exist
      if (byte == 0xF4) next_max_ = 0x8F;  // above U+10FFFF
    } else {
      return verdict::invalid;
    }
  }
  return verdict::valid_so_far;
}

}  // namespace troupe::websocket
