// process_cost.hpp — what the server's process has taken of its machine.
#pragma once

#include <chrono>
#include <cstdint>

namespace troupe::core {

struct process_cost {
  std::chrono::milliseconds cpu_time{0};  // of all threads, since the start
  std::uint64_t rss_bytes = 0;            // in memory now
};

}  // namespace troupe::core
