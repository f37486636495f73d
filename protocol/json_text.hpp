// json_text.hpp — JSON as text: checking it, and writing strings into it.
//
// Payloads travel through the server as the raw JSON text their author sent, digit for digit, and
// are inlined into what subscribers receive. Therefore each is checked completely, once, where it
// enters: a payload that was not JSON would break every subscriber's frame.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "protocol/errc.hpp"

namespace troupe::protocol {

/// Arrays and objects inside one another, at most.
inline constexpr std::size_t json_depth_max = 64;

/// Whether `text` is exactly one JSON value by the grammar of RFC 8259, in valid UTF-8, with white
/// space around it allowed. Numbers may have any size and \u escapes may name half a surrogate
/// pair, as the grammar has it: JavaScript's JSON.stringify writes both.
/// Errors: empty (nothing but white space), malformed, too_deep. Uses constant memory.
std::expected<void, errc> check_json(std::string_view text);

/// Appends `text` as a JSON string with its quotes. What is not UTF-8 becomes U+FFFD, so the result
/// is valid whatever comes in.
void append_json_string(std::string& out, std::string_view text);

/// Appends JSON text that `check_json` has passed, without its line breaks: a line break ends a
/// message on the wire. Inside strings JSON has none, so the value stays the same.
void append_json_line(std::string& out, std::string_view json);

}  // namespace troupe::protocol
