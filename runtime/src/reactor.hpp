// What one worker waits in: descriptors that become ready, and other threads' interrupts.
#pragma once

#include <memory>

#include <troupe/clock.hpp>

namespace boost::asio {
class io_context;
}

namespace troupe::detail {

class reactor {
 public:
  reactor();
  ~reactor();
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  /// Runs the handlers that are ready, without waiting. The worker's thread.
  void poll();
  /// Sleeps until something is ready, `within` has passed, or interrupt(). The worker's thread.
  void wait(duration within);
  /// Ends the wait that runs, or the next one. Any thread.
  void interrupt();

  boost::asio::io_context& context() noexcept { return *context_; }

 private:
  std::unique_ptr<boost::asio::io_context> context_;
};

}  // namespace troupe::detail
