#include "transport/websocket/handshake.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <openssl/evp.h>

#include "transport/websocket/permessage_deflate.hpp"

namespace troupe::websocket {

namespace {

constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // section 1.3

http::response refuse(unsigned status, std::string_view reason) {
  auto response =
      http::make_response(status, "text/plain; charset=utf-8", std::string(reason) + "\n");
  if (status == 405) response.headers.add("Allow", "GET");
  if (status == 426) {
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", "13");
  }
  return response;
}

// 16 bytes in base64: 22 characters and two of padding.
bool well_formed_key(std::string_view key) {
  const auto in_alphabet = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == 24 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, 22), in_alphabet);
}

std::string_view choose_subprotocol(const http::request& request,
                                    std::span<const std::string_view> supported) {
  for (std::string_view offered : request.headers.list("Sec-WebSocket-Protocol")) {
    const auto found = std::ranges::find(supported, offered);
    if (found != supported.end()) return *found;
  }
  return {};
}

}  // namespace

std::string accept_key(std::string_view client_key) {
  std::string text(client_key);
  text += accept_guid;
  std::array<unsigned char, 20> digest{};
  unsigned digest_bytes = 0;
  [[maybe_unused]] const int hashed =
      EVP_Digest(text.data(), text.size(), digest.data(), &digest_bytes, EVP_sha1(), nullptr);
  assert(hashed == 1 && digest_bytes == digest.size());
  std::array<unsigned char, 29> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return {base64.begin(), base64.begin() + length};
}

std::expected<upgrade, http::response> accept(const http::request& request,
                                              std::span<const std::string_view> supported,
                                              bool may_deflate) {
  if (request.method != "GET") return std::unexpected(refuse(405, "a WebSocket opens with GET"));
  if (request.version != http::version::http_1_1 ||
      !request.headers.has_token("Connection", "upgrade") ||
      !request.headers.has_token("Upgrade", "websocket")) {
    return std::unexpected(refuse(426, "this address speaks WebSocket"));
  }
  if (request.headers.find("Sec-WebSocket-Version") != "13") {
    return std::unexpected(refuse(426, "WebSocket version 13 is required"));
  }
  const auto key = request.headers.find("Sec-WebSocket-Key");
  if (!key || !well_formed_key(*key) || request.headers.count("Sec-WebSocket-Key") != 1) {
    return std::unexpected(refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64"));
  }
  if (!request.body.empty()) return std::unexpected(refuse(400, "an upgrade carries no body"));

  upgrade accepted;
  accepted.subprotocol = choose_subprotocol(request, supported);
  accepted.response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  accepted.response += accept_key(*key);
  if (!accepted.subprotocol.empty()) {
    accepted.response += "\r\nSec-WebSocket-Protocol: ";
    accepted.response += accepted.subprotocol;
  }
  accepted.deflate = may_deflate && offers_deflate(request.headers);
  if (accepted.deflate) {
    accepted.response += "\r\nSec-WebSocket-Extensions: ";
    accepted.response += deflate_terms;
  }
  accepted.response += "\r\n\r\n";
  return accepted;
}

}  // namespace troupe::websocket
