// process_events.hpp — what the operating system tells the process, for one thread to wait for:
// signals that ask it to end or to read its configuration again. No code runs in a signal handler.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace troupe::adapters {

class process_events {
 public:
  /// Takes SIGINT, SIGTERM and SIGHUP away from this thread and from all that are made later: make
  /// it first in main(), before any other thread. A write to a pipe that nobody reads is an error
  /// from here on, no longer a signal. Throws std::system_error when the process has no descriptors
  /// left.
  process_events();
  ~process_events();
  process_events(const process_events&) = delete;
  process_events& operator=(const process_events&) = delete;

  enum class event : std::uint8_t {
    asked_to_end,     // SIGINT or SIGTERM
    asked_to_reload,  // SIGHUP
    woken,            // wake() was called
    nothing,          // within the time
  };
  /// Waits for the next event; without a time, until there is one.
  event wait(std::optional<std::chrono::milliseconds> within = {});

  /// Ends the wait, or the next one. Any thread.
  void wake() noexcept;

  /// Lets the process open as many descriptors as the system allows it; tells how many.
  static std::uint64_t raise_descriptor_limit() noexcept;

  /// Ends the process by SIGALRM if it is still there then, whatever it does.
  static void end_by_force_after(std::chrono::seconds time) noexcept;

 private:
  int signals_ = -1;
  int wake_up_ = -1;
};

}  // namespace troupe::adapters
