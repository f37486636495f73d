// hub_run.hpp — one seed of the simulated hub: the whole server with its real durable history on a
// simulated disk, twenty users, and everything that goes wrong in a minute. Throws a violation when
// something does not hold.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <troupe/sim.hpp>

#include "adapters/sqlite/history.hpp"
#include "tests/sim/hub_user.hpp"
#include "tests/sim/ledger.hpp"
#include "tests/sim/simulated_disk.hpp"
#include "tests/sim/simulated_server.hpp"

namespace troupe::sim {

/// How the world of a run is made.
options hub_options();

class hub_run {
 public:
  static constexpr std::size_t user_count = 20;
  static constexpr std::uint32_t fault_count = 12;  // of the run; options::faults come on top
  static constexpr duration faults_until = std::chrono::seconds(45);
  static constexpr duration length_min = std::chrono::seconds(60);
  static constexpr duration convergence_max = std::chrono::seconds(30);

  hub_run(simulation& world, std::uint64_t seed);
  /// Ends all actors of the world: they know of what goes with this.
  ~hub_run();
  hub_run(const hub_run&) = delete;
  hub_run& operator=(const hub_run&) = delete;

  void run();

  std::uint64_t hash() const;
  const probes& reached() const noexcept { return book_.reached; }
  std::uint64_t faults() const noexcept { return faults_; }

 private:
  void start_server();
  void stop_server(bool power_fails);
  void plan_faults();
  void inject_fault();
  void check_accounts();
  void check_convergence();
  void check_store();
  void live_until(time_point end);
  std::optional<ports::history_page> read(ports::history& from, const std::string& channel,
                                          std::optional<std::size_t> limit);

  simulation& world_;
  const std::uint64_t seed_;
  simulated_disk disk_;
  core::memory_log log_;
  ledger book_;
  std::unique_ptr<sqlite::history> store_;
  std::unique_ptr<simulated_server> server_;
  std::uint64_t starts_ = 0;
  std::vector<hub_user> users_;
  std::vector<time_point> plan_;  // of faults, descending: the next is last
  std::uint64_t faults_ = 0;
  time_point disk_heals_{};
  time_point server_starts_{};
};

}  // namespace troupe::sim
