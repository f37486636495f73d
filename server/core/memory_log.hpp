// memory_log.hpp — a log that a test can read. Thread safe.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/log_line.hpp"

namespace troupe::core {

class memory_log final : public log {
 public:
  explicit memory_log(log_level least = log_level::trace) : least_(least) {}

  [[nodiscard]] bool enabled(log_level level) const noexcept override { return level >= least_; }
  void write(log_level level, log_event event, std::span<const log_field> fields) override {
    std::string line = log_line(level, event, fields);
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
  }

  /// In the order written, as log_line makes them: "warn  frame refused code=3501".
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  const log_level least_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // as many as the test writes
};

}  // namespace troupe::core
