// spdlog_log.hpp — the log as lines on a stream:
//   2026-01-01T00:00:00.000Z info  listening address=127.0.0.1:8000
// Lines are queued and written by one thread of its own, so that no caller waits for a disk, a
// terminal or a journal that is stuck. When the queue is full the oldest lines make room; that they
// are missing is said in a line of its own as soon as there is room again.
#pragma once

#include <atomic>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>

#include <troupe/clock.hpp>

#include "core/log.hpp"

namespace troupe::adapters {

class spdlog_log final : public core::log {
 public:
  static constexpr std::size_t queue_lines_max = 8192;

  /// `out` outlives this object and is written to by its thread alone, one whole line a time. The
  /// thread takes no signals: they stay with the threads that wait for them.
  /// `queue_lines` is 1..queue_lines_max.
  spdlog_log(std::ostream& out, core::log_level least, std::size_t queue_lines = queue_lines_max);
  /// Writes out what is queued.
  ~spdlog_log() override;
  spdlog_log(const spdlog_log&) = delete;
  spdlog_log& operator=(const spdlog_log&) = delete;

  [[nodiscard]] bool enabled(core::log_level level) const noexcept override;
  void write(core::log_level level, core::log_event event,
             std::span<const core::log_field> fields) override;

  /// From the next message on. Any thread.
  void set_level(core::log_level least) noexcept;

  /// The clock that lines are stamped with; core::bounded_log takes it too.
  [[nodiscard]] static wall_time now();

 private:
  struct machinery;

  void queue(const std::string& line);
  std::size_t take_losses();  // since it was last called

  const std::size_t queue_lines_;
  std::atomic<core::log_level> least_;
  std::atomic<std::size_t> lost_said_ = 0;
  const std::unique_ptr<machinery> machinery_;
};

}  // namespace troupe::adapters
