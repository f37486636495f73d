// health.hpp — what /health/live, /health/ready and /health answer, from facts gathered at the
// moment of the request. Pure: any thread, no I/O. The gateway sends the answers, with
// `Cache-Control: no-store`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/clock.hpp>

namespace troupe::admin {

/// Something outside the process, or on its disk, that the server needs.
struct dependency_check {
  std::string name;  // "database": a name of ours, not "actors"
  bool healthy = false;
  std::string detail;    // why not, as the adapter says it; empty: nothing to say
  std::string backend;   // "memory", "sqlite", …; empty: there is only one
  bool required = true;  // false: without it the server is degraded, and still ready
};

/// The runtime's threads. Stalled: one that an actor has held for too long.
struct worker_liveness {
  std::uint32_t total = 0;
  std::uint32_t stalled = 0;
};

struct health_facts {
  std::vector<dependency_check> checks;
  std::uint64_t active_actors = 0;
  worker_liveness workers;
  bool draining = false;  // shutting down: existing clients are sent away, new ones are not wanted
  wall_time now;
};

struct health_answer {
  std::uint16_t status = 200;
  std::string_view content_type;
  std::string body;
};

inline constexpr std::size_t health_detail_bytes_max = 512;

/// 200: a process that can answer lives. Restart it when this stays away.
[[nodiscard]] health_answer answer_live();

/// 200, or 503 with the names of the parts that fail. Send no new clients after a 503.
[[nodiscard]] health_answer answer_ready(const health_facts& facts);

/// JSON: {"status", "timestamp", "draining" (only while it is), "checks": {NAME: {"status",
/// "backend", "detail"}, …, "actors": {"active_actors", "status", "healthy"}}}.
///   unhealthy (503)  a required dependency fails, or no worker makes progress;
///   degraded (200)   another dependency fails, some workers stall, or the server drains;
///   healthy (200)    otherwise.
[[nodiscard]] health_answer answer_health(const health_facts& facts);

}  // namespace troupe::admin
