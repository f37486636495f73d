// cross_origin.hpp — what lets a page of another origin use the HTTP transports (Fetch standard,
// section 3.2). Whether its origin is allowed is decided before, by origin.hpp.
#pragma once

#include "transport/http/request.hpp"
#include "transport/http/response.hpp"

namespace troupe::gateway {

/// Adds that the page may read the response. Nothing when no page asks.
void let_read(const http::header_list& request, http::header_list& response);

/// The answer to the question that a browser asks first (OPTIONS).
http::response answer_preflight(const http::request& request);

}  // namespace troupe::gateway
