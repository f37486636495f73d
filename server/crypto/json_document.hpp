// json_document.hpp — the JSON of a token or a key set: bounded in size and depth, an object, no
// key twice at any depth.
//
// Internal to crypto/: included by .cpp files only, because it names simdjson.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string_view>

#include <simdjson.h>  // tidy: allow vendor because only .cpp files of this folder include this

namespace troupe::crypto {

// Recursion is bounded by the depth the parser accepted.
inline bool keys_are_unique(simdjson::dom::element value) {
  simdjson::dom::array array;
  if (value.get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element item : array) {
      if (!keys_are_unique(item)) return false;
    }
    return true;
  }
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return true;
  std::set<std::string_view> keys;
  for (const auto field : object) {
    if (!keys.insert(field.key).second || !keys_are_unique(field.value)) return false;
  }
  return true;
}

/// What it returns points into the document and lives as long as it.
class json_document {
 public:
  json_document(std::size_t bytes_max, std::size_t depth_max)
      : bytes_max_(bytes_max), depth_max_(depth_max), parser_(bytes_max) {}

  [[nodiscard]] std::optional<simdjson::dom::object> parse(std::string_view text) {
    if (parser_.allocate(bytes_max_, depth_max_) != simdjson::SUCCESS) return std::nullopt;
    simdjson::dom::element root;
    simdjson::dom::object found;
    if (parser_.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS ||
        !keys_are_unique(root) || root.get(found) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    return found;
  }

 private:
  std::size_t bytes_max_;
  std::size_t depth_max_;
  simdjson::dom::parser parser_;
};

}  // namespace troupe::crypto
