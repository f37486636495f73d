#include "transport/http/chunk.hpp"

#include <array>
#include <charconv>

namespace troupe::http {

std::string chunk_head(std::size_t bytes) {
  std::array<char, 2 * sizeof(bytes)> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), bytes, 16).ptr;
  return std::string(digits.begin(), end) + "\r\n";
}

std::string_view without_chunk(std::string_view chunk) {
  chunk.remove_prefix(chunk.find('\n') + 1);
  chunk.remove_suffix(chunk_tail.size());
  return chunk;
}

}  // namespace troupe::http
