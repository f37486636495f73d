#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <troupe/sim_explore.hpp>

#include "shrink.hpp"

namespace troupe::sim {
namespace {

using body = std::function<void(simulation&)>;

constexpr std::size_t last_turns_max = 40;
constexpr std::size_t command_log_bytes_max = 4096;

struct outcome {
  std::optional<std::string> claim;  // of the failure, if it failed
  std::string trace;                 // up to it, where it is wanted
  choice_log taken;
  std::uint64_t turns = 0;
  duration virtual_time{};
  fault_counts faults;
};

scheduling order_of(std::uint64_t seed, const explore_options& with) {
  if (with.order) return *with.order;
  return seed % 2 == 0 ? scheduling::priorities : scheduling::random;
}

outcome run_once(std::uint64_t seed, const explore_options& with, const body& test,
                 std::optional<choice_log> replayed, bool traced = false) {
  std::ostringstream trace;
  options chosen = with.world;
  chosen.order = order_of(seed, with);
  chosen.replay = std::move(replayed);
  chosen.trace = traced ? &trace : nullptr;
  simulation world(seed, std::move(chosen));
  const time_point begin = world.now();
  outcome result;
  try {
    test(world);
  } catch (const std::exception& thrown) {
    result.claim = thrown.what();
  } catch (...) {
    result.claim = "something that is no std::exception was thrown";
  }
  result.trace = trace.str();
  result.taken = world.choices();
  result.turns = world.turns();
  result.virtual_time = world.now() - begin;
  result.faults = world.faults();
  return result;
}

std::optional<std::uint64_t> number_in_environment(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) return std::nullopt;
  const std::string_view all = text;
  std::uint64_t number = 0;
  const auto end = std::from_chars(all.data(), all.data() + all.size(), number);
  if (end.ec != std::errc{} || end.ptr != all.data() + all.size()) {
    throw std::invalid_argument(std::string(name) + " is not a number: " + text);
  }
  return number;
}

std::optional<choice_log> log_in_environment() {
  const char* const text = std::getenv("TROUPE_SIM_REPLAY");
  if (!text) return std::nullopt;
  auto log = choice_log::parse(text);
  if (!log) throw std::invalid_argument(std::string("TROUPE_SIM_REPLAY is not a log: ") + text);
  return log;
}

std::string quoted(std::string_view word) {
  const bool plain =
      word.find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./:,") ==
      std::string_view::npos;
  if (plain && !word.empty()) return std::string(word);
  std::string all = "'";
  for (const char each : word) all += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return all + "'";
}

std::string command_of(const counterexample& failed) {
  std::string command = "TROUPE_SIM_SEED=" + std::to_string(failed.seed);
  // A command line has its limits; the seed alone plays the run as it was found.
  if (const std::string log = failed.reduced.text(); log.size() <= command_log_bytes_max) {
    command += " TROUPE_SIM_REPLAY=" + log;
  }
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string words((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find('\0', begin), words.size());
    command += ' ' + quoted(std::string_view(words).substr(begin, end - begin));
    begin = end + 1;
  }
  return command;
}

std::string last_lines(const std::string& all) {
  std::size_t begin = all.size();
  for (std::size_t lines = 0; begin > 0; --begin) {
    if (all[begin - 1] == '\n' && lines++ == last_turns_max) break;
  }
  return all.substr(begin);
}

counterexample reduced(std::uint64_t seed, const explore_options& with, const body& test,
                       const outcome& failed, const std::optional<choice_log>& replayed) {
  counterexample shown{.seed = seed,
                       .claim = *failed.claim,
                       .found = failed.taken,
                       .reduced = failed.taken,
                       .last_turns = {},
                       .command = {}};
  if (!replayed && with.reduce_runs_max > 0) {
    reduction smaller = reduce(failed.taken, with.reduce_runs_max, [&](const choice_log& log) {
      outcome again = run_once(seed, with, test, log);
      return again.claim == failed.claim ? std::optional(std::move(again.taken)) : std::nullopt;
    });
    shown.reduced = std::move(smaller.log);
    shown.reduce_runs = smaller.runs;
  }
  shown.last_turns = last_lines(run_once(seed, with, test, shown.reduced, true).trace);
  shown.command = command_of(shown);
  return shown;
}

}  // namespace

exploration explore(const explore_options& with, const body& test) {
  const auto only = number_in_environment("TROUPE_SIM_SEED");
  const auto replayed = log_in_environment();
  const std::uint64_t first = only.value_or(with.first_seed);
  const std::uint64_t count =
      only ? 1 : number_in_environment("TROUPE_SIM_SEEDS").value_or(with.seeds);
  exploration result;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const outcome one = run_once(seed, with, test, replayed);
    ++result.seeds_run;
    result.turns += one.turns;
    result.virtual_time += one.virtual_time;
    result.faults += one.faults;
    if (one.claim) {
      result.failed = reduced(seed, with, test, one, replayed);
      break;
    }
  }
  return result;
}

std::ostream& operator<<(std::ostream& to, const exploration& result) {
  if (!result.failed) {
    return to << result.seeds_run << " seeds, " << result.turns << " turns, " << result.faults.all()
              << " faults: none failed";
  }
  const counterexample& failed = *result.failed;
  return to << "seed " << failed.seed << " (the " << result.seeds_run
            << ". that was run) fails: " << failed.claim << '\n'
            << failed.found.choices.size() << " choices were not the plainest, "
            << failed.reduced.choices.size() << " of them are needed (" << failed.reduce_runs
            << " runs to find out)\n"
            << "the last turns:\n"
            << failed.last_turns << "to play it again:\n  " << failed.command << '\n';
}

}  // namespace troupe::sim
