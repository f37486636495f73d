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

hub::wire_format format_of(bool protobuf, bool deflate) {
  using enum hub::wire_format;
  if (deflate) return protobuf ? websocket_protobuf_deflate : websocket_json_deflate;
  return protobuf ? websocket_protobuf : websocket_json;
}

}  // namespace

std::expected<websocket_agreement, http::response> agree_on_websocket(const http::request& request,
                                                                      bool may_deflate) {
  const bool by_query = query_asks_for_protobuf(request);
  // A subprotocol that contradicts the query is not confirmed.
  const auto supported = std::span(subprotocols).first(by_query ? 1 : subprotocols.size());
  auto accepted = websocket::accept(request, supported, may_deflate);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  const bool protobuf = by_query || accepted->subprotocol == protobuf_subprotocol;
  return websocket_agreement{
      .terms = {.format = format_of(protobuf, accepted->deflate),
                .native_pings =
                    http::query_parameter(request.query, "cf_ws_frame_ping_pong") == "true",
                .deflate = accepted->deflate},
      .response = std::move(accepted->response)};
}

}  // namespace troupe::gateway
