// Stacks to run the modelled threads on, one of them at a time, by turns that
// they give each other. A run that is broken off leaves them as they are:
// nothing is unwound, because what is checked may be noexcept.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "clock.hpp"

namespace troupe::model {

class fibers {
 public:
  using body = void (*)(void* context, thread_id thread);

  fibers();
  ~fibers();
  fibers(const fibers&) = delete;
  fibers& operator=(const fibers&) = delete;

  /// The thread begins with `run(context, thread)` when it is switched to;
  /// whatever it did before is forgotten. `run` never returns: it switches to
  /// another.
  void prepare(thread_id thread, body run, void* context);
  /// From the thread that runs to another; returns when this one is switched
  /// to.
  void switch_to(thread_id thread);
  /// 0 is who made this.
  thread_id running() const noexcept { return running_; }

 private:
  struct slot;
  std::unique_ptr<slot[]> slots_;
  thread_id running_ = 0;
};

}  // namespace troupe::model
