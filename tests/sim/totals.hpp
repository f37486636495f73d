// totals.hpp — what a number of seeds came to, summed over seeds and processes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include <troupe/clock.hpp>

#include "tests/sim/ledger.hpp"

namespace troupe::sim {

struct totals {
  std::uint64_t seeds = 0;
  std::uint64_t twice = 0;  // of them, to compare their traces
  std::uint64_t faults = 0;
  std::uint64_t turns = 0;
  std::uint64_t trace = 0;  // the hash of the last one
  duration virtual_time{};
  probes reached;

  totals& operator+=(const totals& more) {
    seeds += more.seeds;
    twice += more.twice;
    faults += more.faults;
    turns += more.turns;
    trace = more.trace;
    virtual_time += more.virtual_time;
    for (const auto& [what, count] : more.reached) reached[what] += count;
    return *this;
  }
};

/// From one process to another: a line for each figure.
inline void write(const totals& all, std::FILE* to) {
  const auto line = [to](const std::string& name, std::uint64_t count) {
    std::fprintf(to, "%llu %s\n", static_cast<unsigned long long>(count), name.c_str());
  };
  line("=seeds", all.seeds);
  line("=twice", all.twice);
  line("=faults", all.faults);
  line("=turns", all.turns);
  line("=trace", all.trace);
  line("=nanoseconds", static_cast<std::uint64_t>(all.virtual_time.count()));
  for (const auto& [what, count] : all.reached) line(what, count);
}

inline totals read_totals(std::FILE* from) {
  totals all;
  unsigned long long count = 0;
  char name[200];
  while (std::fscanf(from, "%llu %199[^\n]", &count, name) == 2) {
    const std::string what = name;
    if (what == "=seeds") {
      all.seeds = count;
    } else if (what == "=twice") {
      all.twice = count;
    } else if (what == "=faults") {
      all.faults = count;
    } else if (what == "=turns") {
      all.turns = count;
    } else if (what == "=trace") {
      all.trace = count;
    } else if (what == "=nanoseconds") {
      all.virtual_time = duration(static_cast<duration::rep>(count));
    } else {
      all.reached[what] += count;
    }
  }
  return all;
}

}  // namespace troupe::sim
