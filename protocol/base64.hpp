// base64.hpp — the `b64…` fields: standard alphabet with padding (RFC 4648 section 4).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocol/errc.hpp"

namespace troupe::protocol {

/// Error: bad_base64, also for missing padding and for white space.
std::expected<std::string, errc> decode_base64(std::string_view text);

std::string encode_base64(std::string_view bytes);

}  // namespace troupe::protocol
