// Looks at the workers every few milliseconds while any of them runs: for handlers that do not
// return, for actors that wait behind such a handler though another worker is free, and for a mass
// exit, whose memory goes back to the machine. Sleeps while all workers do.
//
// Sleeping and waking: the watchdog says that it sleeps, and looks at the workers once more. A
// worker that wakes up says so before it looks whether the watchdog sleeps.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <troupe/clock.hpp>

#include "executor.hpp"

namespace troupe::detail {

class threaded_executor;

/// Decides when a worker counts as held. A message counts from the first look that saw it, so what
/// is reported was held for so long at least.
class stall_detector {
 public:
  struct reading {
    std::uint64_t turn = 0;      // odd while one runs
    std::uint32_t progress = 0;  // changes with each message of the turn
  };
  struct finding {
    duration held{};
    std::uint32_t report = 1;
  };

  /// What is to be reported now: at the threshold, and at 2, 4, 8, … times of it.
  std::optional<finding> look(const reading& seen, time_point now, duration threshold);
  /// The last look saw the message of the look before.
  bool held() const noexcept { return held_; }

 private:
  reading last_{};
  time_point since_{};
  std::uint32_t reports_ = 0;
  bool held_ = false;
};

/// Decides when memory is to be given back: when a mass exit has ended, and then some times more,
/// because whoever referred to the actors lets go of them later, and only then they are freed.
class exit_detector {
 public:
  static constexpr std::uint64_t exits_min = 50'000;
  static constexpr std::uint64_t still_running_max = 1000;  // exits between two looks

  /// After the end of the exit.
  static constexpr std::array<duration, 4> delays{duration::zero(), std::chrono::milliseconds(250),
                                                  std::chrono::seconds(1), std::chrono::seconds(3)};

  /// True when it is time. An exit has ended when at least exits_min fewer actors are alive than at
  /// their most, and their number falls no more.
  bool look(std::uint64_t alive, time_point now) noexcept;
  /// There is still something to come.
  bool pending() const noexcept { return next_ < delays.size(); }

 private:
  std::uint64_t most_ = 0;
  std::uint64_t last_ = 0;
  time_point ended_at_{};
  std::size_t next_ = delays.size();  // of `delays`
};

class watchdog {
 public:
  watchdog(threaded_executor& all, duration stall_threshold) noexcept;
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Without it nothing is watched. The target outlives the watchdog's stop().
  void start(watch_target target);
  void stop() noexcept;

  /// A worker has woken up. Any thread.
  void worker_runs() noexcept {
    if (!awake_.load(std::memory_order_seq_cst)) wake();
  }

 private:
  static constexpr duration tick_max = std::chrono::milliseconds(10);
  static constexpr duration tick_min = std::chrono::milliseconds(1);

  void loop();
  bool look();
  bool all_parked() noexcept;
  void wake() noexcept;

  threaded_executor& all_;
  const duration threshold_;
  const duration tick_;
  watch_target target_;
  std::vector<stall_detector> detectors_;  // by worker
  std::vector<std::uint64_t> turns_;       // by worker, at the last look
  exit_detector exits_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> awake_{true};
  bool stopping_ = false;  // under the lock
  std::thread thread_;
};

}  // namespace troupe::detail
