// json_decoder.hpp — the application's answers.
#pragma once

#include <expected>
#include <string_view>

#include "protocol/errc.hpp"
#include "protocol/proxy/results.hpp"

namespace troupe::protocol::proxy {

/// {"result":{…}}, {"error":{…}} or {"disconnect":{…}}; of several the last of these three counts.
/// An object with none of them is an empty result. Fields that nobody here knows are skipped, null
/// is the same as absent. Errors: every errc but too_many_commands and not_json; wrong_type also
/// for an error without a code and for a code of no close frame.
template <class Result>
std::expected<reply<Result>, errc> decode_reply(std::string_view body);

}  // namespace troupe::protocol::proxy
