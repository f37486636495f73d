// Death watch: what a watcher hears, exactly once for each monitor().
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

enum class stop_reason : std::uint8_t {
  stopped,    // asked to stop, or stopped itself
  failed,     // failed, and was not restarted
  shut_down,  // its parent or the system stopped
};

/// "stopped", "failed", "shut_down"
std::string_view to_string(stop_reason reason) noexcept;

/// Delivered to `on(terminated)` of the watcher; never refused, never dropped.
struct terminated {
  std::uint64_t who = 0;  // ref::id() of the actor that is gone
  stop_reason why{};
};

}  // namespace troupe
