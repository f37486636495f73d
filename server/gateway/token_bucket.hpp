// token_bucket.hpp — so many a second, and as many at once after a quiet second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include <troupe/clock.hpp>

namespace troupe::gateway {

class token_bucket {
 public:
  /// Full at first.
  explicit token_bucket(time_point now) noexcept : filled_(now) {}

  /// True when there was a token to take. A `per_second` that changes counts from then on.
  bool take(std::size_t per_second, time_point now) noexcept {
    refill(per_second, now);
    if (missing_ + 1 > static_cast<double>(per_second)) return false;
    missing_ += 1;
    return true;
  }

  /// As good as a new one.
  bool full(std::size_t per_second, time_point now) noexcept {
    refill(per_second, now);
    return missing_ == 0;
  }

 private:
  void refill(std::size_t per_second, time_point now) noexcept {
    if (now <= filled_) return;  // workers' clocks differ by a turn
    const std::chrono::duration<double> passed = now - filled_;
    missing_ = std::max(0.0, missing_ - passed.count() * static_cast<double>(per_second));
    filled_ = now;
  }

  double missing_ = 0;
  time_point filled_;
};

}  // namespace troupe::gateway
