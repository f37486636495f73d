// reload.hpp — SIGHUP: another configuration takes the place of the one in use, as a whole or not
// at all.
//
// A part of the server that holds more than it can look up at each use (a certificate, keys, a
// limit) takes part in two steps: it prepares what the new configuration asks of it, which may
// fail, and only when every part is prepared are all of them committed, which may not.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/configuration_loader.hpp"
#include "core/live_configuration.hpp"
#include "core/log.hpp"

namespace troupe::core {

using commit_reload = std::move_only_function<void() noexcept>;

/// Gives what puts the new configuration into effect, or says in one line what is wrong with it.
/// Called also when nothing has changed: what a file holds may have. Must have no effect itself.
using prepare_reload =
    std::function<std::expected<commit_reload, std::string>(const configuration& next)>;

/// One thread.
class reloader {
 public:
  /// Both outlive this object.
  reloader(live_configuration& in_use, log& to) : in_use_(in_use), log_(to) {}

  /// Parts are prepared and committed in the order they were added.
  void add(prepare_reload part) { parts_.push_back(std::move(part)); }

  /// True when the configuration took effect. Says in the log what became of it; options that need
  /// a restart keep their value, with a warning.
  bool apply(load_result loaded);

 private:
  bool refuse(const refused_configuration& why);
  bool refuse(std::string_view why);

  live_configuration& in_use_;
  log& log_;
  std::vector<prepare_reload> parts_;
};

/// Gives the options that need a restart the values they have in `current`. Returns the paths of
/// those that were to change.
[[nodiscard]] std::vector<std::string> keep_until_restart(configuration current,
                                                          configuration& next);

}  // namespace troupe::core
