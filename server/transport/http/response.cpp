#include "transport/http/response.hpp"

#include <algorithm>
#include <utility>

namespace troupe::http {

namespace {

void append_value(std::string& out, std::string_view value) {
  for (char c : value) out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
}

void append_status_and_headers(std::string& out, const response& response) {
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  for (const header& h : response.headers) {
    out += h.name;
    out += ": ";
    append_value(out, h.value);
    out += "\r\n";
  }
}

bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

response make_response(unsigned status, std::string_view content_type, std::string body) {
  response made{.status = status, .headers = {}, .body = std::move(body)};
  made.headers.add("Content-Type", content_type);
  return made;
}

response text_response(unsigned status, std::string_view line) {
  return make_response(status, "text/plain; charset=utf-8", std::string(line) + "\n");
}

std::string to_bytes(const response& response, write_options options) {
  const bool body_allowed = may_have_body(response.status);
  const bool with_body = body_allowed && !options.head;
  std::string out;
  out.reserve(256 + (with_body ? response.body.size() : 0));
  append_status_and_headers(out, response);
  if (body_allowed) {
    out += "Content-Length: ";
    out += std::to_string(response.body.size());
    out += "\r\n";
  }
  if (!options.keep_alive) {
    out += "Connection: close\r\n";
  } else if (options.version == version::http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (with_body) out += response.body;
  return out;
}

std::string head_of_stream(const response& response, http::version version) {
  std::string out;
  append_status_and_headers(out, response);
  if (version == http::version::http_1_1) out += "Transfer-Encoding: chunked\r\n";
  out += "Connection: close\r\n\r\n";
  return out;
}

std::string_view reason_phrase(unsigned status) {
  static constexpr std::pair<unsigned, std::string_view> phrases[] = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  const auto* found =
      std::ranges::lower_bound(phrases, status, {}, &std::pair<unsigned, std::string_view>::first);
  return found != std::end(phrases) && found->first == status ? found->second : "Unknown";
}

}  // namespace troupe::http
