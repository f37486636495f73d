// constant_time.hpp — comparing secrets without telling how much of a guess was right.
#pragma once

#include <string_view>

namespace troupe::crypto {

/// Takes time by the length of `a` alone, whatever the bytes. Lengths are no secret: two texts of
/// different length are unequal at once.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace troupe::crypto
