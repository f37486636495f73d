// Death watch: what a watcher hears, exactly once for each monitor(); and links, by which actors
// fail together.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

enum class stop_reason : std::uint8_t {
  stopped,    // asked to stop, or stopped itself
  failed,     // failed, and was not restarted
  shut_down,  // its parent or the system stopped
  linked,     // an actor it was linked to failed
};

/// How an actor is stopped; see ref::stop().
enum class stop_mode : std::uint8_t { now, drain };

/// "stopped", "failed", "shut_down", "linked"
std::string_view to_string(stop_reason reason) noexcept;

/// Delivered to `on(terminated)` of the watcher; never refused, never dropped.
struct terminated {
  std::uint64_t who = 0;  // ref::id() of the actor that is gone
  stop_reason why{};
  std::uint64_t cause = 0;  // for linked: ref::id() of the actor that failed first
};

/// Delivered to `on(link_broken)` in place of being stopped; never refused, never dropped. An actor
/// with that handler outlives those it is linked to.
struct link_broken {
  std::uint64_t who = 0;    // ref::id() of the actor that is gone
  stop_reason why{};        // failed or linked
  std::uint64_t cause = 0;  // ref::id() of the actor that failed first; `who`, unless linked
};

}  // namespace troupe
