// development_token.hpp — POST /dev/token: anybody at this machine gets a token for any name, so
// that the server can be tried without an application behind it.
//
// Offered only with the development secret, which the server makes for itself on a loopback address
// when nothing else is configured. The name in Host keeps out pages that had their own name
// resolved to this machine; the check of Origin, pages from elsewhere; what a proxy adds, the world
// behind a proxy.
#pragma once

#include <troupe/clock.hpp>
#include <troupe/io/byte_stream.hpp>

#include "core/configuration.hpp"
#include "crypto/key_set.hpp"
#include "transport/http/request.hpp"
#include "transport/http/response.hpp"

namespace troupe::gateway {

inline constexpr std::size_t development_user_length_max = 64;  // characters
inline constexpr std::chrono::hours development_token_ttl{24};

/// {"user":"ada"} to {"token":"…"}. 404 for whoever is not at this machine, 403 for another origin,
/// 405 for anything but POST, 400 for a body that names no user of 1 to 64 printable characters.
[[nodiscard]] http::response answer_development_token(
    const http::request& request, const io::endpoint& peer, const crypto::hmac_key& key,
    const core::configuration::token_section& rules, wall_time now);

}  // namespace troupe::gateway
