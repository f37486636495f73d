// query.hpp — percent-encoding (RFC 3986) and the parameters of a query string.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::http {

/// The decoded text, or nothing when a "%" is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// The first parameter of that name in "a=1&b=2", decoded; "+" is a space. Nothing when there is
/// none, or when its value is not decodable; empty when it has no "=".
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

}  // namespace troupe::http
