// live_configuration.hpp — the configuration in use. A reload puts another one in its place, as a
// whole: who reads sees the one before or the one after, never something between.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "core/configuration.hpp"

namespace troupe::core {

/// Who asks for current() at each use follows a reload. Those that were replaced are kept, so a
/// reference stays good however long somebody holds it, and reading costs one load: an operator
/// reloads by hand, and what did not change is not replaced.
class live_configuration {
 public:
  /// How many may take each other's place in the life of the process.
  static constexpr std::size_t replacements_max = 1000;

  /// `first` outlives this.
  explicit live_configuration(const configuration& first) : current_(&first) {}
  live_configuration(const live_configuration&) = delete;
  live_configuration& operator=(const live_configuration&) = delete;

  /// Any thread. Valid as long as this object.
  [[nodiscard]] const configuration& current() const noexcept {
    return *current_.load(std::memory_order_acquire);
  }

  /// False when there have been replacements_max: then only a restart helps. One thread.
  [[nodiscard]] bool replace(configuration next);

 private:
  std::atomic<const configuration*> current_;
  std::vector<std::unique_ptr<const configuration>> replacements_;
};

}  // namespace troupe::core
