// troupe_sim: the simulated hub under many seeds. `./dev sim` builds and runs it; its last line
// says what was done. Exits 1 when a seed fails, after saying which and how to repeat it.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <troupe/sim_explore.hpp>

#include "tests/sim/hub_run.hpp"
#include "tests/sim/totals.hpp"

namespace {

namespace sim = troupe::sim;

struct wanted {
  std::uint64_t first = 1;
  std::uint64_t seeds = 300;
  std::uint64_t processes = 1;
  std::chrono::minutes minutes{0};  // 0: as many as there are
  bool one = false;                 // one seed, of which the trace is told
  bool trace = false;               // a line for each turn
};

constexpr std::uint64_t twice_one_in = 20;

sim::totals run_seed(std::uint64_t seed, std::ostream* trace = nullptr) {
  sim::options with = sim::hub_options();
  with.order = seed % 2 == 0 ? sim::scheduling::priorities : sim::scheduling::random;
  with.trace = trace;
  sim::simulation world(seed, std::move(with));
  const troupe::time_point begin = world.now();
  sim::hub_run one(world, seed);
  one.run();
  sim::totals result{.seeds = 1,
                     .faults = one.faults() + world.faults().throws + world.faults().pauses +
                               world.faults().floods,
                     .turns = world.turns(),
                     .trace = one.hash(),
                     .virtual_time = world.now() - begin,
                     .reached = one.reached()};
  result.reached["fault: an actor throws"] += world.faults().throws;
  result.reached["fault: an actor is paused"] += world.faults().pauses;
  result.reached["fault: a mailbox is flooded"] += world.faults().floods;
  return result;
}

double seconds_since_start() {
  // tidy: allow clock because the speed of the run is told
  static const auto begin = std::chrono::steady_clock::now();
  // tidy: allow clock because the speed of the run is told
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Every `processes`-th seed, from the `share`-th on. Nothing when one of them failed.
std::optional<sim::totals> run_share(const wanted& what, std::uint64_t share) {
  sim::totals all;
  const double end = std::chrono::duration<double>(what.minutes).count();
  for (std::uint64_t i = share; i < what.seeds; i += what.processes) {
    if (end > 0 && seconds_since_start() > end) break;
    const std::uint64_t seed = what.first + i;
    try {
      const sim::totals one = run_seed(seed, what.trace ? &std::cout : nullptr);
      all += one;
      if (!what.one && i / what.processes % twice_one_in == 0) {
        ++all.twice;
        sim::require(run_seed(seed).trace == one.trace, "the same seed gives the same run");
      }
    } catch (const std::exception& broken) {
      std::cout << "seed " << seed << " fails: " << broken.what()
                << "\nto repeat it: ./dev sim --seed " << seed << std::endl;
      return std::nullopt;
    }
  }
  return all;
}

std::optional<sim::totals> run_in_processes(const wanted& what) {
  if (what.processes == 1) return run_share(what, 0);
  std::vector<std::FILE*> results;
  for (std::uint64_t share = 0; share < what.processes; ++share) {
    int ends[2];
    if (pipe(ends) != 0) return std::nullopt;
    if (fork() == 0) {
      close(ends[0]);
      const auto all = run_share(what, share);
      if (all) write(*all, fdopen(ends[1], "w"));
      std::exit(all ? 0 : 1);
    }
    close(ends[1]);
    results.push_back(fdopen(ends[0], "r"));
  }
  sim::totals all;
  for (std::FILE* each : results) {
    all += sim::read_totals(each);
    std::fclose(each);
  }
  bool passed = true;
  for (int status = 0; wait(&status) > 0;) passed = passed && status == 0;
  return passed ? std::optional(std::move(all)) : std::nullopt;
}

void print(const sim::totals& all, const wanted& what) {
  for (const auto& [name, count] : all.reached)
    std::printf("%12llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
  std::printf(
      "%llu seeds (%llu of them twice), %.1f virtual hours, %llu faults, %llu turns, "
      "%.1f seeds/s",
      static_cast<unsigned long long>(all.seeds), static_cast<unsigned long long>(all.twice),
      std::chrono::duration<double, std::ratio<3600>>(all.virtual_time).count(),
      static_cast<unsigned long long>(all.faults), static_cast<unsigned long long>(all.turns),
      static_cast<double>(all.seeds + all.twice) / seconds_since_start());
  if (what.one) std::printf(", trace %016llx", static_cast<unsigned long long>(all.trace));
  std::printf("\n");
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t found = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), found);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return found;
}

std::optional<wanted> parse(int argc, char** argv) {
  wanted all;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--trace") {
      all.trace = true;
      continue;
    }
    const auto value = i + 1 < argc ? number(argv[++i]) : std::nullopt;
    if (!value) return std::nullopt;
    if (name == "--seeds") {
      all.seeds = *value;
    } else if (name == "--first") {
      all.first = *value;
    } else if (name == "--processes") {
      all.processes = std::clamp<std::uint64_t>(*value, 1, 64);
    } else if (name == "--minutes") {
      all.minutes = std::chrono::minutes(*value);
    } else if (name == "--seed") {
      all.first = *value;
      all.seeds = 1;
      all.one = true;
    } else {
      return std::nullopt;
    }
  }
  if (all.one) all.processes = 1;
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const auto what = parse(argc, argv);
  if (!what) {
    std::cerr << "usage: troupe_sim [--seeds N] [--first S] [--processes P] [--minutes M] "
                 "[--seed S] [--trace]\n";
    return 2;
  }
  seconds_since_start();
  const auto all = run_in_processes(*what);
  if (!all) return 1;
  print(*all, *what);
  return 0;
}
