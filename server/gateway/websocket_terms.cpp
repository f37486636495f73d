#include "gateway/websocket_terms.hpp"

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "transport/http/query.hpp"
#include "transport/websocket/handshake.hpp"

namespace troupe::gateway {
namespace {

constexpr std::string_view protobuf_subprotocol = "centrifuge-protobuf";
constexpr std::array subprotocols{protobuf_subprotocol, std::string_view("centrifuge-json")};

bool query_asks_for_protobuf(const http::request& request) {
  return http::query_parameter(request.query, "format") == "protobuf" ||
         http::query_parameter(request.query, "cf_protocol") == "protobuf";
}

}  // namespace

std::expected<websocket_agreement, http::response> agree_on_websocket(
    const http::request& request) {
  const bool by_query = query_asks_for_protobuf(request);
  // A subprotocol that contradicts the query is not confirmed.
  const auto supported = std::span(subprotocols).first(by_query ? 1 : subprotocols.size());
  auto accepted = websocket::accept(request, supported);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  const bool protobuf = by_query || accepted->subprotocol == protobuf_subprotocol;
  return websocket_agreement{
      .terms = {.format = protobuf ? hub::wire_format::websocket_protobuf
                                   : hub::wire_format::websocket_json,
                .native_pings =
                    http::query_parameter(request.query, "cf_ws_frame_ping_pong") == "true"},
      .response = std::move(accepted->response)};
}

}  // namespace troupe::gateway
