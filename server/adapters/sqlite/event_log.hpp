// event_log.hpp — the port event_log in a SQLite file: what was acknowledged survives SIGKILL and
// the loss of power.
//
// Calls of all lanes that come together share a transaction (group_commit.hpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/event_store.hpp"
#include "adapters/sqlite/group_commit.hpp"
#include "core/limits.hpp"
#include "core/log.hpp"
#include "ports/event_log.hpp"

namespace troupe::sqlite {

struct event_log_options {
  std::size_t lane_events_max = core::limits::events_per_lane_max;
  std::chrono::milliseconds lock_wait_max{2000};
};

class event_log final : public ports::event_log {
 public:
  /// Creates the file when it is not there. The log outlives it.
  static std::expected<std::unique_ptr<event_log>, open_error> open(
      const std::filesystem::path& file, core::log& log, const event_log_options& options = {});

  event_log(std::unique_ptr<database> in, core::log& log, const event_log_options& options);

  task<std::expected<void, ports::event_log_errc>> append(
      std::uint32_t lane, std::vector<ports::event> events) override;
  task<std::expected<std::vector<ports::kept_event>, ports::event_log_errc>> read(
      std::uint32_t lane, std::size_t limit) override;
  task<std::expected<void, ports::event_log_errc>> remove_through(std::uint32_t lane,
                                                                  std::uint64_t id) override;

 private:
  const std::unique_ptr<database> database_;
  event_store store_;
  group_commit line_;
};

}  // namespace troupe::sqlite
