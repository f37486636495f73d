#include "gateway/static_files.hpp"

#include <algorithm>
#include <string>

namespace troupe::gateway {
namespace {

// The page and what it loads come from here alone; it speaks to its own server, and sets no style
// attributes from markup.
constexpr std::string_view content_policy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// If-None-Match compares weakly (RFC 9110 section 13.1.2).
bool has_this_version(const http::header_list& headers, std::string_view etag) {
  return std::ranges::any_of(headers.list("If-None-Match"), [&](std::string_view each) {
    if (each.starts_with("W/")) each.remove_prefix(2);
    return each == etag || each == "*";
  });
}

}  // namespace

http::response serve_file(const http::request& request, const web::asset& file) {
  if (request.method != "GET" && request.method != "HEAD") {
    http::response refused = http::make_response(405, "text/plain", "want GET or HEAD\n");
    refused.headers.add("Allow", "GET, HEAD");
    return refused;
  }
  http::response response;
  if (has_this_version(request.headers, file.etag)) {
    response.status = 304;
  } else {
    response = http::make_response(200, file.content_type, std::string(file.body));
    response.headers.add("Content-Security-Policy", content_policy);
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Referrer-Policy", "no-referrer");
  }
  response.headers.add("ETag", file.etag);
  response.headers.add("Cache-Control",
                       file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

}  // namespace troupe::gateway
