// history.hpp — the durable adapter of ports/history.hpp: publications in one SQLite file, with
// their offsets, epochs, versions and idempotency keys. Acknowledged means synced to the disk: it
// survives the process and the machine's power. A publication that was refused as unavailable may
// still be found there after a crash; the same idempotency key makes a retry safe.
//
// Many channels share each sync (group_commit.hpp). An actor that calls suspends until its own work
// is stored; workers never wait for the disk.
//
// How long things are kept is counted by the caller's clock within one process, and by the wall
// clock from one process to the next. Between two runs a wall clock that was set shortens or
// lengthens the keeping by as much.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>

#include <troupe/clock.hpp>

#include "adapters/sqlite/database.hpp"
#include "adapters/sqlite/group_commit.hpp"
#include "adapters/sqlite/history_store.hpp"
#include "core/log.hpp"
#include "ports/history.hpp"

namespace troupe::sqlite {

struct history_options {
  group_commit_options commit{};
  /// Another process that holds the file for longer than this makes calls unavailable.
  std::chrono::milliseconds lock_wait_max{500};
};

/// One moment by both clocks.
struct clock_reading {
  time_point now;
  wall_time wall_now;
};

class history final : public ports::history {
 public:
  /// One sweep drops at most this many keys, publications and positions each.
  static constexpr std::int64_t sweep_steps_max = 4096;

  /// Creates the file when it is not there, and brings an older schema up to date. Blocks. The log
  /// outlives it, and it the system whose actors call. Epochs are drawn from the seed: a running
  /// server takes a new one each time.
  static std::expected<std::unique_ptr<history>, open_error> open(const std::filesystem::path& file,
                                                                  std::uint64_t seed,
                                                                  clock_reading started,
                                                                  core::log& log,
                                                                  history_options options = {});

  history(std::unique_ptr<database> in, std::uint64_t seed, clock_reading started, core::log& log,
          const history_options& options);

  task<std::expected<ports::append_result, ports::history_errc>> append(
      core::channel_name channel, protocol::publication publication, ports::history_limits limits,
      ports::append_conditions conditions, time_point now) override;
  task<std::expected<ports::history_page, ports::history_errc>> read(core::channel_name channel,
                                                                     ports::history_filter filter,
                                                                     ports::history_limits limits,
                                                                     time_point now) override;
  task<std::expected<void, ports::history_errc>> remove(core::channel_name channel,
                                                        time_point now) override;
  void sweep(time_point now) override;

  /// Any thread.
  [[nodiscard]] group_commit_figures figures() const { return line_.figures(); }

 private:
  std::int64_t wall_ms(time_point now) const;

  const std::unique_ptr<database> database_;
  const clock_reading started_;
  history_store store_;  // the line's
  group_commit line_;
};

}  // namespace troupe::sqlite
