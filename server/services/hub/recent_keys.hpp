// recent_keys.hpp — the idempotency keys of publications that no history keeps: a channel remembers
// the newest ones itself, for ports::idempotency_ttl.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>
#include <utility>

#include <troupe/clock.hpp>

#include "ports/history.hpp"

namespace troupe::hub {

class recent_keys {
 public:
  static constexpr std::size_t keys_max = 10'000;  // the oldest goes first

  /// False: it was there already, and stays as it was.
  bool insert(std::string key, time_point now) {
    forget(now);
    const auto [place, is_new] = known_.insert(std::move(key));
    if (!is_new) return false;
    oldest_first_.emplace_back(&*place, now);
    if (oldest_first_.size() > keys_max) forget_oldest();
    return true;
  }
  void forget(time_point now) {
    while (!oldest_first_.empty() && now - oldest_first_.front().second >= ports::idempotency_ttl) {
      forget_oldest();
    }
  }
  [[nodiscard]] bool empty() const noexcept { return oldest_first_.empty(); }

 private:
  void forget_oldest() {
    known_.erase(*oldest_first_.front().first);
    oldest_first_.pop_front();
  }

  std::unordered_set<std::string> known_;
  std::deque<std::pair<const std::string*, time_point>> oldest_first_;  // into known_
};

}  // namespace troupe::hub
