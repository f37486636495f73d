#include "gateway/cross_origin.hpp"

#include <string_view>

namespace troupe::gateway {

void let_read(const http::header_list& request, http::header_list& response) {
  response.add("Vary", "Origin");
  const auto origin = request.find("Origin");
  if (!origin) return;
  response.add("Access-Control-Allow-Origin", *origin);
  response.add("Access-Control-Allow-Credentials", "true");
}

http::response answer_preflight(const http::request& request) {
  constexpr std::string_view remembered_s = "300";
  http::response answer{.status = 204, .headers = {}, .body = {}};
  let_read(request.headers, answer.headers);
  answer.headers.add("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  const auto wanted = request.headers.find("Access-Control-Request-Headers");
  if (wanted) answer.headers.add("Access-Control-Allow-Headers", *wanted);
  answer.headers.add("Access-Control-Max-Age", remembered_s);
  return answer;
}

}  // namespace troupe::gateway
