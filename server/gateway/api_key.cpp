#include "gateway/api_key.hpp"

#include <string>

#include "crypto/constant_time.hpp"
#include "transport/http/query.hpp"

namespace troupe::gateway {
namespace {

std::string presented_key(const http::request& request) {
  if (const auto key = request.headers.find("X-API-Key")) return std::string(*key);
  if (const auto authorization = request.headers.find("Authorization")) {
    constexpr std::string_view scheme = "apikey ";
    if (authorization->size() > scheme.size() &&
        http::equals_ignoring_case(authorization->substr(0, scheme.size()), scheme)) {
      return std::string(authorization->substr(scheme.size()));
    }
  }
  return http::query_parameter(request.query, "api_key").value_or("");
}

}  // namespace

bool may_call_api(const http::request& request,
                  const core::configuration::http_api_section& rules) {
  if (rules.insecure) return true;
  if (rules.key.empty()) return false;
  return crypto::equal_in_constant_time(presented_key(request), rules.key);
}

}  // namespace troupe::gateway
