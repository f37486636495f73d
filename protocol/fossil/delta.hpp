// delta.hpp — what changed between two payloads, in the delta format of the Fossil version control
// system, which Centrifuge clients know how to apply.
//
//   length LF  segment…  checksum ;        segment: length @ offset ,   copied from the original
//                                                   length : bytes      found in the delta itself
//
// Numbers are written in base 64 (0-9 A-Z _ a-z ~). Length and checksum are those of the target.
// Source: fossil-scm.org, "Fossil Delta Format".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol::fossil {

/// The sum of the target's 32-bit big-endian words; zeros fill up the last one.
std::uint32_t checksum(std::string_view target) noexcept;

/// A delta that makes `target` out of `original`; each has less than 4 GiB. It is not longer than
/// the target and 24 bytes, and often much shorter; whether it is worth sending is up to the
/// caller.
///
/// Segments begin and end between characters where the target is UTF-8: then the delta is UTF-8
/// too, and can travel as a JSON string.
///
/// Takes time in proportion to both lengths, whatever they contain: of the places where a piece
/// could come from, at most delta_candidates_max are looked at.
std::string create_delta(std::string_view original, std::string_view target);

inline constexpr std::size_t delta_candidates_max = 64;

}  // namespace troupe::protocol::fossil
