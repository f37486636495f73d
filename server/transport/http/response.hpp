// response.hpp — an HTTP response as the bytes to send.
#pragma once

#include <string>
#include <string_view>

#include "transport/http/request.hpp"

namespace troupe::http {

struct response {
  unsigned status = 200;
  header_list headers;  // Content-Length and Connection are added when written
  std::string body;
};

/// A response with a body of this type.
response make_response(unsigned status, std::string_view content_type, std::string body);

/// One line of plain text: why something was refused, say.
response text_response(unsigned status, std::string_view line);

struct write_options {
  bool head = false;  // the request was HEAD: the length is told, the body is not sent
  bool keep_alive = true;
  http::version version = http::version::http_1_1;  // of the request
};

/// Always with a Content-Length, except where the standard forbids one (1xx, 204, 304). A line
/// break in a header value becomes a space, so a value cannot add headers.
std::string to_bytes(const response& response, write_options options = {});

/// Status and headers of a response whose body comes in chunks (chunk.hpp), or for an HTTP/1.0
/// client as it is, and ends with the connection.
std::string head_of_stream(const response& response, http::version version);

/// "Not Found" for 404; "Unknown" for a number nobody has named.
std::string_view reason_phrase(unsigned status);

}  // namespace troupe::http
