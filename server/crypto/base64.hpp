// base64.hpp — strict base64 (RFC 4648): the url alphabet without padding, as in tokens, and the
// standard one with it, as in the b64… fields of claims and of the API.
//
// Strict means that a text decodes only if encoding the result gives the same text: no whitespace,
// no letter of the other alphabet, no stray bits after the last byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::crypto {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace troupe::crypto
