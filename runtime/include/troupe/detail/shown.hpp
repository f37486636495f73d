// A value that one thread writes and any thread may read. It orders nothing: reading costs the
// writer no more than a plain member would. Not for users.
#pragma once

#include <atomic>

namespace troupe::detail {

template <class T>
class shown {
 public:
  shown() noexcept = default;
  shown(T value) noexcept : value_(value) {}  // NOLINT: stands for a T
  shown(const shown&) = delete;
  shown& operator=(const shown& other) noexcept {
    *this = static_cast<T>(other);
    return *this;
  }

  operator T() const noexcept { return value_.load(std::memory_order_relaxed); }  // NOLINT
  T operator=(T value) noexcept {  // NOLINT: as for a T
    value_.store(value, std::memory_order_relaxed);
    return value;
  }
  /// The writer's own: not one step for other writers.
  T operator+=(T value) noexcept { return *this = static_cast<T>(*this + value); }
  T operator++() noexcept { return *this += 1; }

 private:
  std::atomic<T> value_{};
};

}  // namespace troupe::detail
