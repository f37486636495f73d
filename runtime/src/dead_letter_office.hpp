// Counts dead letters and passes them on to subscribers. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include <troupe/dead_letter.hpp>

namespace troupe::detail {

class dead_letter_office {
 public:
  /// `count` messages to this actor of this type are dead. Never called with a lock held.
  void record(const actor_cell& to, std::string_view message, dead_letter_reason why,
              std::uint64_t from = 0, std::uint64_t count = 1) noexcept;
  bool subscribe(const cell_ptr& subscriber, make_letter make);
  dead_letter_counts counts() const noexcept;
  /// From now on letters are only counted.
  void close() noexcept;

 private:
  class subscription;

  void remove(const subscription& gone) noexcept;

  std::atomic<std::uint64_t> counts_[3]{};
  std::atomic<bool> subscribed_{false};
  std::mutex mutex_;
  std::vector<std::shared_ptr<subscription>> subscriptions_;  // dead_letter_subscribers_max
};

}  // namespace troupe::detail
