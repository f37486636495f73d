// budget.hpp — a bound that all shards of the history share: how much is used of how much there
// may be. Thread safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <expected>

#include "ports/history.hpp"

namespace troupe::memory {

class budget {
 public:
  explicit budget(std::size_t max) noexcept : max_(max) {}

  /// Takes `more` and gives `back` back, both or neither. Error: unavailable, when that would pass
  /// the bound; what does not grow is never refused.
  std::expected<void, ports::history_errc> exchange(std::size_t back, std::size_t more) noexcept {
    // A number is published here, no other memory with it: relaxed. A turn of the loop is lost only
    // to a thread that has succeeded.
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      if (more > back && more - back > max_ - used) {
        return std::unexpected(ports::history_errc::unavailable);
      }
    } while (!used_.compare_exchange_weak(used, used - back + more, std::memory_order_relaxed));
    return {};
  }
  std::expected<void, ports::history_errc> take(std::size_t more) noexcept {
    return exchange(0, more);
  }
  void give_back(std::size_t back) noexcept { used_.fetch_sub(back, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> used_{0};  // 0..max_
};

}  // namespace troupe::memory
