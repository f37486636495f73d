// What every program in C++ that is measured shares: the clock, how many operations are measured,
// and the command line. C++17, because CAF's headers are.
//
//   PROGRAM list                 the names of its workloads, one a line
//   PROGRAM WORKLOAD SECONDS     measures about that long, prints {"workload": …, "value": …}
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include <dlfcn.h>
#include <unistd.h>

namespace bench {

inline std::uint64_t nanoseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

/// Seconds that `run(count)` takes.
template <class Run>
double seconds_of(Run& run, std::uint64_t count) {
  const std::uint64_t began = nanoseconds();
  run(count);
  return static_cast<double>(nanoseconds() - began) / 1e9;
}

/// Operations per second of `run(count)`, over `seconds`. Runs of growing length come first, until
/// one takes a quarter of that; they warm up, tell how many operations to measure, and are
/// discarded. A run has `first` operations or a multiple of it, at most `run_max`; what is longer
/// is made of several runs.
template <class Run>
double per_second(Run run, double seconds, std::uint64_t first = 100,
                  std::uint64_t run_max = 1ULL << 40) {
  std::uint64_t count = first;
  double took = seconds_of(run, count);
  while (took < seconds / 4 && count < run_max) {
    count = std::min(count * 2, run_max);
    took = seconds_of(run, count);
  }
  const double wanted = static_cast<double>(count) * seconds / std::max(took, 1e-9);
  count = std::min(static_cast<std::uint64_t>(wanted), run_max) / first * first;
  count = std::max(count, first);
  std::uint64_t done = 0;
  double total = 0;
  while (total < seconds * 0.7) {
    total += seconds_of(run, count);
    done += count;
  }
  return static_cast<double>(done) / total;
}

/// The allocator's calls per operation of `run(count)`, after a first run that is not counted.
/// Needs count_allocations.c preloaded.
template <class Run>
double allocations_per(Run run, std::uint64_t count) {
  using counter = std::uint64_t (*)();
  const auto calls = reinterpret_cast<counter>(dlsym(RTLD_DEFAULT, "bench_allocation_count"));
  if (!calls) {
    std::fprintf(stderr, "this workload needs LD_PRELOAD=libcount_allocations.so\n");
    std::exit(2);
  }
  run(count);
  const std::uint64_t before = calls();
  run(count);
  return static_cast<double>(calls() - before) / static_cast<double>(count);
}

/// Bytes of this process in memory.
inline double resident_bytes() {
  long pages = 0;
  if (FILE* statm = std::fopen("/proc/self/statm", "r")) {
    long size = 0;
    if (std::fscanf(statm, "%ld %ld", &size, &pages) != 2) pages = 0;
    std::fclose(statm);
  }
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// The value that `share` (0..1) of the values do not exceed. Sorts them.
inline double percentile(std::vector<std::uint64_t>& values, double share) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return static_cast<double>(values[std::min(at, values.size() - 1)]);
}

/// The main thread waits here for what the actors do.
class finish_line {
 public:
  void expect(std::uint64_t arrivals) {
    const std::lock_guard<std::mutex> lock(mutex_);
    missing_ = arrivals;
  }
  void arrive() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--missing_ == 0) changed_.notify_one();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return missing_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t missing_ = 0;
};

struct workload {
  const char* name;
  double (*value)(double seconds);
};

/// See the top of this file. Exit codes: 0, or 2 for a command line that is not understood.
inline int run_command(int count, char** arguments, const std::vector<workload>& all) {
  if (count == 2 && std::strcmp(arguments[1], "list") == 0) {
    for (const workload& each : all) std::printf("%s\n", each.name);
    return 0;
  }
  if (count == 3) {
    const double seconds = std::strtod(arguments[2], nullptr);
    for (const workload& each : all) {
      if (std::strcmp(arguments[1], each.name) != 0 || !(seconds > 0)) continue;
      std::printf("{\"workload\": \"%s\", \"value\": %.6g}\n", each.name, each.value(seconds));
      return 0;
    }
  }
  std::fprintf(stderr, "usage: %s list | WORKLOAD SECONDS\n", arguments[0]);
  return 2;
}

}  // namespace bench
