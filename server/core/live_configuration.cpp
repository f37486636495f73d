#include "core/live_configuration.hpp"

#include <utility>

namespace troupe::core {

bool live_configuration::replace(configuration next) {
  if (next == current()) return true;
  if (replacements_.size() == replacements_max) return false;
  replacements_.push_back(std::make_unique<const configuration>(std::move(next)));
  current_.store(replacements_.back().get(), std::memory_order_release);
  return true;
}

}  // namespace troupe::core
