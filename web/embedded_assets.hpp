// Every embedded file, in the order of their paths. The build writes the definition (embed.cmake).
#pragma once

#include <span>

#include "web/assets.hpp"

namespace troupe::web {

std::span<const asset> embedded_assets() noexcept;

}  // namespace troupe::web
