// A one-shot event that a plain thread can wait for.
#pragma once

#include <condition_variable>
#include <mutex>

#include <troupe/clock.hpp>

namespace troupe::detail {

class latch {
 public:
  void set() {
    const std::scoped_lock lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool is_set() const {
    const std::scoped_lock lock(mutex_);
    return set_;
  }
  /// Real time. False when `within` has passed first.
  bool wait(duration within) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, within, [this] { return set_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace troupe::detail
