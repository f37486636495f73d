// Blocking work that no actor waits for: it runs on a thread of the offload pool, and tells whoever
// is concerned by completions. For parts of the library that serve many actors at once.
#pragma once

#include <memory>
#include <utility>

#include <troupe/offload.hpp>

namespace troupe::detail {

template <class F>
class background_job final : public offload_job {
 public:
  background_job(actor_cell& owner, F function)
      : offload_job(owner), function_(std::move(function)) {}

 private:
  void run_function() noexcept override { function_(); }
  void hand_over(wait&) noexcept override {}  // no wait has the id 0

  F function_;  // does not throw
};

/// Any thread; `cell` says which system's pool. False when the pool's queue is full or the pool has
/// been stopped: then the function was not run and never will be.
template <class F>
bool run_in_background(actor_cell& cell, F function) {
  auto job = std::make_unique<background_job<F>>(cell, std::move(function));
  if (!submit(cell, *job)) return false;
  job.release();  // NOLINT: comes back through the control list
  return true;
}

}  // namespace troupe::detail
