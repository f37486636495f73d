#include "adapters/process/process_cost.hpp"

#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace troupe::adapters {
namespace {

std::chrono::milliseconds to_milliseconds(const timeval& time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec));
}

}  // namespace

core::process_cost measure_process() {
  core::process_cost cost;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    cost.cpu_time = to_milliseconds(usage.ru_utime) + to_milliseconds(usage.ru_stime);
  }
  // proc(5): the second number of statm is the resident set, in pages.
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (std::ifstream statm("/proc/self/statm"); statm >> total_pages >> resident_pages) {
    cost.rss_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  return cost;
}

}  // namespace troupe::adapters
