// suggestion.hpp — "did you mean": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace troupe::core {

/// Letters to insert, delete, replace or swap with a neighbour to make `a` into `b`.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known` that is near enough to be a slip (a quarter of the word's letters), or
/// empty. The first of several equally near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string> known);

}  // namespace troupe::core
