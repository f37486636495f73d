#include "gateway/stream_terms.hpp"

#include <string_view>
#include <utility>

#include "core/limits.hpp"
#include "core/shared_bytes.hpp"
#include "gateway/cross_origin.hpp"
#include "transport/http/chunk.hpp"
#include "transport/http/query.hpp"

namespace troupe::gateway {
namespace {

using hub::wire_format;

wire_format format_of(stream_transport transport, const http::request& request) {
  if (transport == stream_transport::sse) return wire_format::sse_json;
  const bool binary = request.headers.find("Content-Type") == "application/octet-stream";
  return binary ? wire_format::http_stream_protobuf : wire_format::http_stream_json;
}

std::string_view content_type_of(wire_format format) {
  switch (format) {
    case wire_format::sse_json:
      return "text/event-stream";
    case wire_format::http_stream_protobuf:
      return "application/octet-stream";
    default:
      return "application/json";
  }
}

std::string head_for(const stream_terms& terms, const http::request& request) {
  http::response head;
  head.headers.add("Content-Type", content_type_of(terms.format));
  // A proxy that collects, compresses or keeps what passes would hold messages back.
  head.headers.add("Cache-Control", "no-store, no-transform");
  head.headers.add("X-Accel-Buffering", "no");
  let_read(request.headers, head.headers);
  std::string bytes = http::head_of_stream(head, terms.version);
  if (terms.format == wire_format::sse_json) {
    // So that the client's side opens before the first event.
    const std::string first = http::chunk_head(2) + "\r\n" + std::string(http::chunk_tail);
    bytes += terms.version == http::version::http_1_1 ? first : http::without_chunk(first);
  }
  return bytes;
}

}  // namespace

std::expected<stream_agreement, http::response> agree_on_stream(stream_transport transport,
                                                                const http::request& request) {
  const bool by_query = transport == stream_transport::sse && request.method == "GET";
  if (!by_query && request.method != "POST") {
    http::response refused = http::text_response(405, "this transport opens with POST");
    refused.headers.add(
        "Allow", transport == stream_transport::sse ? "GET, POST, OPTIONS" : "POST, OPTIONS");
    return std::unexpected(std::move(refused));
  }
  stream_agreement agreed{.terms = {format_of(transport, request), request.version},
                          .head = {},
                          .commands = request.body};
  if (by_query) {
    agreed.commands = http::query_parameter(request.query, "cf_connect").value_or("");
  }
  if (agreed.commands.empty())
    return std::unexpected(http::text_response(400, "there is no connect command"));
  if (agreed.commands.size() > core::limits::message_bytes_max) {
    return std::unexpected(http::text_response(413, "more than 65536 bytes of commands"));
  }
  agreed.head = head_for(agreed.terms, request);
  return agreed;
}

}  // namespace troupe::gateway
