// api_key.hpp — who may call the server API.
#pragma once

#include <string_view>

#include "core/configuration.hpp"
#include "transport/http/request.hpp"

namespace troupe::gateway {

/// Whether the request carries the key, in X-API-Key, "Authorization: apikey KEY" or ?api_key=, of
/// which the first that is there counts. Compared in constant time. Nobody may when no key is
/// configured, unless http_api.insecure lets everybody.
[[nodiscard]] bool may_call_api(const http::request& request,
                                const core::configuration::http_api_section& rules);

}  // namespace troupe::gateway
