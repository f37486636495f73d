// The files of the browser app, embedded in the program. Everything here is constant and lives as
// long as the program; any thread may use it.
#pragma once

#include <string_view>

namespace troupe::web {

struct asset {
  std::string_view path;          ///< as in a request: "/index.html", "/assets/index-B2c4.js"
  std::string_view content_type;  ///< the value of Content-Type
  std::string_view etag;          ///< the value of ETag, quotes included; changes with the body
  std::string_view body;
  bool immutable;  ///< the name carries a hash of the content: it may be cached for ever
};

/// The file a request path names, or nullptr. "/" names the page, index.html. `path` comes without
/// query and fragment and is compared byte by byte: what is not embedded cannot be reached.
const asset* find_asset(std::string_view path) noexcept;

}  // namespace troupe::web
