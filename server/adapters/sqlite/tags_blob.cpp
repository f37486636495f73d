#include "adapters/sqlite/tags_blob.hpp"

#include <cstdint>
#include <utility>

namespace troupe::sqlite {
namespace {

constexpr std::size_t length_bytes = 4;

void append(std::string& blob, std::string_view text) {
  for (std::size_t i = 0; i < length_bytes; ++i) {
    blob.push_back(static_cast<char>(text.size() >> (8 * i)));
  }
  blob.append(text);
}

std::optional<std::string> take(std::string_view& blob) {
  if (blob.size() < length_bytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= std::size_t{static_cast<unsigned char>(blob[i])} << (8 * i);
  }
  blob.remove_prefix(length_bytes);
  if (length > blob.size()) return std::nullopt;
  std::string text(blob.substr(0, length));
  blob.remove_prefix(length);
  return text;
}

}  // namespace

std::string to_blob(const std::map<std::string, std::string>& tags) {
  std::string blob;
  for (const auto& [name, value] : tags) {
    append(blob, name);
    append(blob, value);
  }
  return blob;
}

std::optional<std::map<std::string, std::string>> tags_of(std::string_view blob) {
  std::map<std::string, std::string> tags;
  while (!blob.empty()) {
    auto name = take(blob);
    if (!name) return std::nullopt;
    auto value = take(blob);
    if (!value) return std::nullopt;
    tags.insert_or_assign(*std::move(name), *std::move(value));
  }
  return tags;
}

}  // namespace troupe::sqlite
