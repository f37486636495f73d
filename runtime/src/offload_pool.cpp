#include "offload_pool.hpp"

#include <utility>

#include "executor.hpp"
#include "system_core.hpp"

namespace troupe::detail {

bool submit(actor_cell& owner, offload_job& job) noexcept {
  return owner.system().runs().run_blocking(job);
}

bool offload_pool::submit(offload_job& job) {
  const std::scoped_lock lock(mutex_);
  if (stopping_ || waiting_ >= queue_max_) return false;
  if (idle_ == 0 && threads_.size() < threads_max_) threads_.emplace_back([this] { run(); });
  job.next_job = nullptr;
  (last_ ? last_->next_job : first_) = &job;
  last_ = &job;
  ++waiting_;
  changed_.notify_one();
  return true;
}

void offload_pool::run() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return first_ || stopping_; });
    --idle_;
    if (!first_) return;
    offload_job* job = first_;
    first_ = job->next_job;
    if (!first_) last_ = nullptr;
    --waiting_;
    lock.unlock();
    job->execute();
    lock.lock();
  }
}

void offload_pool::stop() noexcept {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& each : std::exchange(threads_, {})) each.join();
}

}  // namespace troupe::detail
