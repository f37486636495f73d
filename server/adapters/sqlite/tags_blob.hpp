// tags_blob.hpp — tags as they are stored: name and value in turn, each behind its length in four
// bytes, the lowest first.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::sqlite {

[[nodiscard]] std::string to_blob(const std::map<std::string, std::string>& tags);

/// Nothing: that is not what to_blob() made.
[[nodiscard]] std::optional<std::map<std::string, std::string>> tags_of(std::string_view blob);

}  // namespace troupe::sqlite
