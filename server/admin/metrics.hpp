// metrics.hpp — /metrics: figures as Prometheus text. Pure: any thread, no I/O.
//
// What each metric means and when to worry: docs/operating/health-and-metrics.md. Names are part of
// the interface. A label is a type, a code or a method, from a list that the program fixes, so that
// the number of series does not depend on clients.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <troupe/clock.hpp>
#include <troupe/system.hpp>

#include "core/counters.hpp"

namespace troupe::admin {

/// How many there are in the hub at this moment.
struct hub_figures {
  std::uint64_t clients = 0;
  std::uint64_t users = 0;     // different ones; the anonymous user counts once
  std::uint64_t channels = 0;  // with at least one subscriber
  std::uint64_t subscriptions = 0;
};

/// Borrowed for the call.
struct metrics_facts {
  std::span<const type_statistics> actors;       // system::statistics()
  std::span<const message_statistics> messages;  // system::message_times()
  hub_figures hub;
  const core::counters& counters;
  std::string_view version;
  wall_time started;  // when the process began
};

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The label actor_type is the type's name without its namespaces, "channel" for hub::channel.
/// Where two types end alike, each goes by its whole name.
[[nodiscard]] std::string render_metrics(const metrics_facts& facts);

}  // namespace troupe::admin
