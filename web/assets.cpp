#include "web/assets.hpp"

#include <algorithm>

#include "web/embedded_assets.hpp"

namespace troupe::web {

const asset* find_asset(std::string_view path) noexcept {
  if (path == "/") path = "/index.html";
  const auto all = embedded_assets();
  const auto found = std::ranges::find(all, path, &asset::path);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace troupe::web
