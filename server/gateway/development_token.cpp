#include "gateway/development_token.hpp"

#include <algorithm>
#include <array>

#include "crypto/jwt.hpp"
#include "gateway/origin.hpp"
#include "protocol/api/development_token.hpp"
#include "protocol/api/json_decoder.hpp"

namespace troupe::gateway {
namespace {

http::response refuse(unsigned status, std::string_view why) {
  return http::make_response(status, "text/plain; charset=utf-8", std::string(why) + "\n");
}

bool is_at_this_machine(const http::request& request, const io::endpoint& peer) {
  constexpr std::array<std::string_view, 3> own_names{"localhost", "127.0.0.1", "[::1]"};
  constexpr std::array<std::string_view, 4> of_proxies{"Forwarded", "X-Forwarded-For", "X-Real-IP",
                                                       "Via"};
  const std::string_view name = host_name(request.headers.find("Host").value_or(""));
  return core::is_loopback(peer.address) &&
         std::ranges::any_of(
             own_names,
             [&](std::string_view own) { return http::equals_ignoring_case(own, name); }) &&
         std::ranges::none_of(of_proxies, [&](std::string_view header) {
           return request.headers.count(header) > 0;
         });
}

// `user` is UTF-8, which the decoder has seen to.
bool is_user_name(std::string_view user) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < user.size(); ++i) {
    const auto byte = static_cast<unsigned char>(user[i]);
    if ((byte & 0xC0U) == 0x80U) continue;  // within a character
    ++characters;
    if (byte < 0x20 || byte == 0x7F) return false;
    // U+0080–U+009F
    if (byte == 0xC2 && i + 1 < user.size() && static_cast<unsigned char>(user[i + 1]) < 0xA0) {
      return false;
    }
  }
  return characters >= 1 && characters <= development_user_length_max;
}

}  // namespace

http::response answer_development_token(const http::request& request, const io::endpoint& peer,
                                        const crypto::hmac_key& key,
                                        const core::configuration::token_section& rules,
                                        wall_time now) {
  if (!is_at_this_machine(request, peer)) return refuse(404, "not found");
  if (!origin_allowed(request.headers, {})) return refuse(403, "this origin is not allowed");
  if (request.method != "POST") {
    http::response refused = refuse(405, "want POST");
    refused.headers.add("Allow", "POST");
    return refused;
  }
  // Scratch memory of the parser, nothing else is kept between requests.
  thread_local protocol::api::json_decoder decoder;
  const auto wanted = decoder.decode<protocol::api::development_token_request>(request.body);
  if (!wanted || !is_user_name(wanted->user)) {
    return http::make_response(
        400, "application/json",
        R"({"error":"want {\"user\":\"…\"} with 1 to 64 printable characters"})"
        "\n");
  }
  crypto::connection_claims claims;
  claims.subject = wanted->user;
  claims.issued = std::chrono::floor<std::chrono::seconds>(now);
  claims.expires = *claims.issued + development_token_ttl;
  if (!rules.audience.empty()) claims.audience = {rules.audience};
  claims.issuer = rules.issuer;
  // A token is letters, digits and ".-_": nothing to escape.
  const std::string token = crypto::sign_token(crypto::write_claims(claims), key);
  http::response response =
      http::make_response(200, "application/json", R"({"token":")" + token + "\"}\n");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace troupe::gateway
