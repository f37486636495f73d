// static_files.hpp — the browser app as HTTP responses.
#pragma once

#include "transport/http/request.hpp"
#include "transport/http/response.hpp"
#include "web/assets.hpp"

namespace troupe::gateway {

/// The file, or 304 when the client has this version, or 405 when it is not asked for with GET or
/// HEAD. A file whose name carries its hash may be kept for ever, the page asks again each time.
[[nodiscard]] http::response serve_file(const http::request& request, const web::asset& file);

}  // namespace troupe::gateway
